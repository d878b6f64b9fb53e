import { expect } from 'chai';
import { loadConfig } from './config.ts';

describe('config', () => {
  it('has a default for everything', () => {
    expect(loadConfig({})).to.deep.equal({
      host: '127.0.0.1',
      port: 3000,
      publicHosts: [],
      publicUrl: undefined,
      tls: undefined,
      configFile: undefined,
      env: {},
      trustedProxies: [],
      databaseUrl: 'sqlite:./data/history.sqlite',
      storageDir: './data/backups',
      maxUploadBytes: undefined,
      maxDumpBytes: 1_099_511_627_776,
      maxDumpRatio: 300,
      maxParallelUploads: 100,
      maxParallelUploadsPerToken: 20,
      maxBytesPerDayPerToken: 1024 ** 4,
      maxRequestsPerMinute: 6_000,
      maxFailedLogins: 10,
      uploadIdleTimeoutSeconds: 60,
      verifyUploads: true,
      allowEmptyStorage: false,
      adminTokenFile: undefined,
      allowAnonymous: false,
      allowEmptyHistory: false,
      graphqlIntrospection: true,
      scrubIntervalDays: 30,
      scrubMibPerSecond: 50,
      auditLogFile: undefined,
      auditKeepYears: undefined,
      logLevel: 'info',
    });
  });

  it('uses the variables that are set, and ignores empty ones', () => {
    const env = {
      HOST: '::',
      PORT: '0',
      MAX_UPLOAD_BYTES: '5000000000',
      UPLOAD_IDLE_TIMEOUT_SECONDS: '',
      STORAGE_DIR: '/x y',
    };
    const config = loadConfig({ ...env, DATABASE_URL: 'mysql://user:p%40ss@db.example:3307/history' });
    expect(config).to.include({ host: '::', port: 0, maxUploadBytes: 5_000_000_000, storageDir: '/x y' });
    expect(config.uploadIdleTimeoutSeconds).to.equal(60);
    expect(Object.isFrozen(config)).to.equal(true);
  });

  it('allows the names of PUBLIC_HOSTS, HOST and PUBLIC_URL', () => {
    const env = {
      HOST: 'backup1',
      PUBLIC_HOSTS: 'backups.example.com, other.example',
      PUBLIC_URL: 'https://x.example/lumbung',
    };
    const { publicHosts, publicUrl } = loadConfig(env);
    expect(publicHosts).to.deep.equal(['backup1', 'backups.example.com', 'other.example', 'x.example']);
    expect(publicUrl?.href).to.equal('https://x.example/lumbung/');
    for (const HOST of ['0.0.0.0', '::', 'localhost', '192.168.0.5'])
      expect(loadConfig({ HOST }).publicHosts, HOST).to.deep.equal([]);
  });

  it('takes a certificate and a key together only', () => {
    const files = { TLS_CERT_FILE: 'cert.pem', TLS_KEY_FILE: 'key.pem' };
    expect(loadConfig(files).tls).to.deep.equal({ certFile: 'cert.pem', keyFile: 'key.pem' });
    for (const [name, value] of Object.entries(files))
      expect(() => loadConfig({ [name]: value })).to.throw('TLS_CERT_FILE and TLS_KEY_FILE go together');
  });

  it('reads the addresses and ranges of trusted proxies, and refuses names', () => {
    const { trustedProxies } = loadConfig({ TRUST_PROXY: '127.0.0.1, 10.0.0.0/8 fd00::/8' });
    expect(trustedProxies.map(([address, bits]) => `${address}/${bits}`)).to.deep.equal([
      '127.0.0.1/32',
      '10.0.0.0/8',
      'fd00::/8',
    ]);
    for (const TRUST_PROXY of ['proxy.example', '127.0.0.1,all', '10.0.0.0/40'])
      expect(() => loadConfig({ TRUST_PROXY }), TRUST_PROXY).to.throw('TRUST_PROXY must be addresses');
  });

  it('refuses invalid public names and addresses', () => {
    for (const PUBLIC_HOSTS of ['a.example:443', 'https://a.example', 'a/b', '*.a.example/', 'a,b@c'])
      expect(() => loadConfig({ PUBLIC_HOSTS }), PUBLIC_HOSTS).to.throw('PUBLIC_HOSTS must be names');
    for (const PUBLIC_URL of ['backups.example.com', 'ftp://x', 'https://x/?a=b', 'https://x/#a', 'https://u:p@x/'])
      expect(() => loadConfig({ PUBLIC_URL }), PUBLIC_URL).to.throw('PUBLIC_URL must be an address');
  });

  it('reads uploads unless VERIFY_UPLOADS is off', () => {
    for (const [value, want] of [
      ['on', true],
      ['', true],
      ['off', false],
    ] as const)
      expect(loadConfig({ VERIFY_UPLOADS: value }).verifyUploads, value).to.equal(want);
  });

  it('accepts a limit for dumps, up to the largest ratio of deflate', () => {
    const config = loadConfig({ MAX_DUMP_BYTES: '5000000000', MAX_DUMP_RATIO: '1032' });
    expect(config).to.include({ maxDumpBytes: 5_000_000_000, maxDumpRatio: 1032 });
    expect(() => loadConfig({ MAX_DUMP_RATIO: '1033' })).to.throw(
      'MAX_DUMP_RATIO must be a whole number from 1 to 1032',
    );
    expect(() => loadConfig({ MAX_DUMP_BYTES: '0' })).to.throw('MAX_DUMP_BYTES must be a whole number from 1');
  });

  it('accepts 0 for a scrub without a schedule, and for a scrub without a limit', () => {
    const config = loadConfig({ SCRUB_INTERVAL_DAYS: '0', SCRUB_MIB_PER_SECOND: '0' });
    expect(config).to.include({ scrubIntervalDays: 0, scrubMibPerSecond: 0 });
  });

  it('names every error in one message', () => {
    const env = {
      HOST: 'a b',
      PORT: '70000',
      DATABASE_URL: 'postgres://x',
      MAX_UPLOAD_BYTES: '1e9',
      UPLOAD_IDLE_TIMEOUT_SECONDS: '0',
    };
    expect(() => loadConfig(env))
      .to.throw()
      .with.property('message')
      .that.satisfies((message: string) => {
        for (const name of Object.keys(env)) expect(message).to.contain(name);
        return message.split('\n').length === 6;
      });
  });

  it('refuses invalid numbers, addresses and URLs', () => {
    const mistakes = {
      PORT: ['-1', '3000.5', 'http', '0x50', ' 80'],
      MAX_UPLOAD_BYTES: ['0', '-1', '10MB', '99999999999999999999'],
      UPLOAD_IDLE_TIMEOUT_SECONDS: ['0', 'never', '86401'],
      VERIFY_UPLOADS: ['false', 'no', '0', 'OFF'],
      ALLOW_EMPTY_STORAGE: ['true', 'yes', '1', 'ON'],
      ALLOW_EMPTY_HISTORY: ['true', 'yes', '1', 'ON'],
      SCRUB_INTERVAL_DAYS: ['-1', '0.5', 'monthly', '3651'],
      SCRUB_MIB_PER_SECOND: ['-1', '50MB', '100001'],
      LOG_LEVEL: ['verbose', 'DEBUG', '20'],
      DATABASE_URL: [
        'history.sqlite',
        'sqlite:',
        'sqlite::memory:',
        'sqlite://data/x.sqlite',
        'mysql://u:p@host/name?ssl=true',
        'mysql://u:p@host/name#x',
        'mysql:',
        'mysql://host/name',
        'mysql://u:p@host',
        'mysql://u:p@host/',
        'mysql://u:p@host/a/b',
        'mysql://u:p#w@host/name',
        'mysql://u:%zz@host/name',
      ],
    };
    for (const [name, values] of Object.entries(mistakes))
      for (const value of values) expect(() => loadConfig({ [name]: value }), `${name}=${value}`).to.throw(name);
  });

  it('never repeats a password', () => {
    for (const url of ['mysql://user:secret@host', 'mysql://user:secret#@host/name', 'mysq://user:secret@host/name'])
      expect(() => loadConfig({ DATABASE_URL: url }))
        .to.throw()
        .with.property('message')
        .that.does.not.contain('secret');
  });
});
