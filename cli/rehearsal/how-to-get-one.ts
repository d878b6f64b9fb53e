/** How to get a server program; no server runs by itself after that. */
export const HOW_TO_GET_ONE = {
  mariadb:
    'Debian: apt-get install mariadb-server-core (only the program; no server is started). --mariadbd names another program.',
  mysql:
    'Debian sid and Ubuntu: apt-get install mysql-server-core or mysql-server-core-8.0 (only the program; no server is started). --mysqld names another program.',
} as const;
