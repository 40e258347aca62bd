-- As copy.sql, but rows whose values do not fit are left out instead of ending the load (PostgreSQL 17 or later).
CREATE UNLOGGED TABLE staging (LIKE events);
COPY staging FROM STDIN (FORMAT csv, HEADER, ON_ERROR ignore);
DROP TABLE staging;
