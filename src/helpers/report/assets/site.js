// Settings of MathJax, which loads after this file; the menu would fetch parts over the network.
window.MathJax = {
  tex: {
    inlineMath: [["$", "$"], ["\\(", "\\)"]],
    displayMath: [["$$", "$$"], ["\\[", "\\]"]],
    processEscapes: true,
    tags: "ams",
  },
  options: {
    enableMenu: false,
    // Formulas are typeset in text cells only: names in outputs may hold dollar signs.
    ignoreHtmlClass: "mathjax_ignore",
    processHtmlClass: "mathjax_process",
  },
};

const folds = [...document.querySelectorAll("details.code")];
const button = document.querySelector(".fold-all");
button.hidden = folds.length === 0;
button.addEventListener("click", () => {
  const open = button.getAttribute("aria-pressed") !== "true";
  folds.forEach((fold) => { fold.open = open; });
  button.setAttribute("aria-pressed", String(open));
  button.textContent = open ? "Hide all code" : "Show all code";
});

// The table of contents lies open beside the text where there is room for it.
const toc = document.querySelector(".toc");
if (toc) {
  const wide = window.matchMedia("(min-width: 72rem)");
  const place = () => { toc.open = wide.matches; };
  wide.addEventListener("change", place);
  place();
  toc.addEventListener("click", (event) => {
    if (event.target.closest("a") && !wide.matches) toc.open = false;
  });
  followReading(toc);
}

function followReading(contents) {
  const links = new Map(
    [...contents.querySelectorAll("a")].map((link) => [decodeURIComponent(link.hash.slice(1)), link])
  );
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((e) => e.isIntersecting)) {
      links.forEach((link) => link.removeAttribute("aria-current"));
      links.get(entry.target.id)?.setAttribute("aria-current", "location");
    }
  }, { rootMargin: "-64px 0px -70% 0px" });
  links.forEach((_, id) => {
    const heading = document.getElementById(id);
    if (heading) observer.observe(heading);
  });
}
