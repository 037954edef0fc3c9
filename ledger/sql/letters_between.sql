-- Names of dead letters from one to another, both included; two are as many as none or one. least, most: bytea.
SELECT letter FROM dead_letters WHERE letter BETWEEN %(least)s AND %(most)s LIMIT 2
