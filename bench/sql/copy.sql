-- A file into a staging table and no further.
CREATE UNLOGGED TABLE staging (LIKE events);
COPY staging FROM STDIN (FORMAT csv, HEADER);
DROP TABLE staging;
