import { expect } from 'chai';
import { clientEnvironment } from './client-environment.ts';

describe('client-environment', () => {
  it('lets no secret pass, nor what would change the dump', () => {
    const env = {
      DB_PASSWORD: 'geheim',
      MYSQL_PWD: 'geheim',
      MYSQL_HOST: 'elsewhere',
      MYSQL_TCP_PORT: '1',
      MYSQL_UNIX_PORT: '/x',
      MYSQL_HOME: '/x',
      MARIADB_HOME: '/x',
      MYSQL_TEST_LOGIN_FILE: '/home/me/.mylogin.cnf',
      MYSQL_GROUP_SUFFIX: '_x',
      LIBMYSQL_PLUGIN_DIR: '/x',
      LIBMYSQL_PLUGINS: 'x',
      LIBMYSQL_ENABLE_CLEARTEXT_PLUGIN: '1',
      MARIADB_PLUGIN_DIR: '/x',
      MARIADB_TLS_DISABLE_PEER_VERIFICATION: '1',
      SADE_SERVER: 'x',
      LD_PRELOAD: 'x',
      PATH: '/bin',
    };
    expect(clientEnvironment(env)).to.deep.equal({ PATH: '/bin', MYSQL_TEST_LOGIN_FILE: '/dev/null' });
  });

  it('passes on what a program needs to run', () => {
    const env = {
      PATH: '/bin',
      HOME: '/root',
      LANG: 'C',
      LC_ALL: 'C',
      LC_CTYPE: 'C',
      TZ: 'UTC',
      TMPDIR: '/tmp',
      LD_LIBRARY_PATH: '/lib',
    };
    expect(clientEnvironment(env)).to.deep.equal({ ...env, MYSQL_TEST_LOGIN_FILE: '/dev/null' });
  });

  it('is made of the environment of this process by default', () => {
    expect(clientEnvironment().PATH).to.equal(process.env.PATH);
    expect(Object.keys(clientEnvironment())).not.to.include.members(
      Object.keys(process.env)
        .filter(name => /^npm_|^SADE_/.test(name))
        .slice(0, 1)
        .concat('MYSQL_PWD'),
    );
  });
});
