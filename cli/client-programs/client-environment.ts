/** What the client programs may need; everything else stays with us, above all passwords. */
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TMPDIR', 'LD_LIBRARY_PATH'];

/**
 * The environment for mysqldump: a list of allowed names, since the run's own holds the values of `${NAME}` in
 * databases.json, and since MYSQL_HOST, MYSQL_PWD and the like would change what is dumped. LIBMYSQL_PLUGIN_DIR and LIBMYSQL_ENABLE_CLEARTEXT_PLUGIN
 * would change by what a password may be asked for. The login file of
 * mysql_config_editor is read even beside `--defaults-file`, and would override the password: it is pointed away.
 */
export function clientEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const kept = PASSED_ON.filter(name => env[name] !== undefined).map(name => [name, env[name]]);
  return { ...Object.fromEntries(kept), MYSQL_TEST_LOGIN_FILE: '/dev/null' };
}
