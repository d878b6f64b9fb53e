import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { openFilesIn } from '../../testing/machine/open-files.ts';
import { rawConnection } from '../../testing/service/raw-http.ts';
import { request, upload } from '../../testing/service/requests.ts';
import { historyStores, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { until } from '../../testing/until.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';

describe('requests that are sent before the last answer has come', () => {
  let app: RunningApp;
  let location: string;
  before(async () => {
    app = await runApp(historyStores[0]!);
    location = (await upload(app.url, sampleZip({ content: randomBytes(8_000_000) }))).headers.get('location')!;
  });
  after(() => app[Symbol.asyncDispose]());

  const zipsOpen = async () => (await openFilesIn(app.storageDir)).filter(path => path.endsWith('.zip'));
  const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
  const answersIn = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);

  it('are answered in their order', async () => {
    const connection = await rawConnection(app.url);
    const paths = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? '/' : `/nothing-${i}`));
    await connection.send(paths.map(path => get(path)).join('') + get('/', 'Connection: close\r\n'));
    const text = await connection.ended();
    expect(answersIn(text)).to.deep.equal([...paths.map(path => (path === '/' ? '200' : '404')), '200']);
    expect([...text.matchAll(/nothing-(\d+)/g)].map(([, i]) => Number(i))).to.deep.equal(
      paths.flatMap((path, i) => (path === '/' ? [] : [i])),
    );
  });

  it('open one file at a time, for any number of downloads', async () => {
    const connection = await rawConnection(app.url);
    connection.socket.pause();
    await connection.send(get(location).repeat(30));
    await until('a download is under way', async () => (await zipsOpen()).length > 0);
    await new Promise(resolve => setTimeout(resolve, 300));
    expect(await zipsOpen()).to.have.length(1);
    connection.socket.destroy();
    await until('its file is closed', async () => (await zipsOpen()).length === 0);
  });

  it('close their connection when they are too many, and no other connection', async () => {
    const connection = await rawConnection(app.url);
    void connection.send(get('/').repeat(20_000));
    const text = await connection.ended();
    expect(answersIn(text).length).to.be.lessThan(100);
    expect((await request(`${app.url}/-/healthy`)).status).to.equal(200);
    expect(JSON.stringify(app.log)).to.contain('too many requests waited');
  });
});
