-- Which rows were added is not kept, and they do no harm.
SELECT 1;
