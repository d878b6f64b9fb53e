#!/bin/sh
# What an administrator writes who has no sade: dump, zip, upload. It checks nothing beyond exit codes and the answer's status.
#   backup-script.sh HOST PORT OPTION_FILE FOLDER SERVICE DATABASE
# The options of mysqldump are those that sade gives it.
set -eu
name=mysql-$(date -u +%Y-%m-%d-%H-%M-%S)-$6-$(cat /proc/sys/kernel/random/uuid).sql
cd "$4"
mariadb-dump --defaults-file="$3" --host="$1" --port="$2" --protocol=tcp --single-transaction --quick --routines --events \
  --triggers --hex-blob --default-character-set=utf8mb4 --no-tablespaces -- "$6" > "$name"
zip -q -6 "$name.zip" "$name"
curl -sS --fail -o /dev/null -F "file=@$name.zip" "$5/$6"
rm "$name" "$name.zip"
