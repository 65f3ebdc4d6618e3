"""Run the lessons: what is there, what must run, one kernel each, and what came of it."""
