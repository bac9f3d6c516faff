#!/bin/sh
# Run once by the image of PostgreSQL in a new data folder: the owner's role and the database.
set -eu
cat /zvonar/create.sql /zvonar/bootstrap.sql | psql -X -q -v ON_ERROR_STOP=1 -U postgres -d postgres
