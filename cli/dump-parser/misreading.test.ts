import { expect } from 'chai';
import { InventoryScanner } from './inventory-scanner.ts';

/** What needs MySQL's client or a shape that random definitions seldom have; client-reading.test.ts has the real MariaDB. */
describe('what the client misreads', () => {
  const readingsOf = (flavour: 'MySQL' | 'MariaDB', body: string) => {
    const scanner = new InventoryScanner();
    const version = flavour === 'MySQL' ? '10.13  Distrib 9.7.4' : '10.19  Distrib 10.11.19-MariaDB';
    scanner.scan(Buffer.from(`-- ${flavour} dump ${version}, for Linux (x86_64)\nDELIMITER ;;\n`));
    scanner.scan(
      Buffer.from(
        `/*!50003 CREATE*/ /*!50017 DEFINER=\`a\`@\`%\`*/ /*!50003 TRIGGER \`r\` BEFORE INSERT ON \`t\` FOR EACH ROW ${body} */;;`,
      ),
    );
    scanner.scan(Buffer.from('\nDELIMITER ;\n'));
    const { misreadings, unexpected } = scanner.end();
    return [...misreadings.map(({ what }) => what), ...unexpected];
  };

  it("is a command of MySQL's client behind the comments that a definition begins with", () => {
    const bodies = ["BEGIN SET @a =\n'*/ DELIMITER ;\n'; END", 'BEGIN UPDATE t SET\n/* of whom */\nsource = 1; END'];
    for (const body of bodies) {
      expect(readingsOf('MySQL', body), body).to.deep.equal(['a command behind a comment']);
      expect(readingsOf('MariaDB', body), body).to.deep.equal([]);
    }
    expect(readingsOf('MySQL', 'BEGIN UPDATE t SET a = 1,\nsource = 1; END')).to.deep.equal([]);
    expect(readingsOf('MySQL', "BEGIN SET @a =\n'x\nDELIMITER ;\n'; END")).to.deep.equal([]);
    expect(readingsOf('MySQL', 'BEGIN UPDATE t SET /* x */ b = 2, \nsource = 1; END')).to.deep.equal([]);
  });

  it('is a comment right behind a sign, also where as many of them end as begin', () => {
    for (const body of ['SET @a = 2*/* twice */3', 'SET @a = 2*/* /*!x/**; */3'])
      for (const flavour of ['MySQL', 'MariaDB'] as const)
        expect(readingsOf(flavour, body), body).to.deep.equal(['a comment that ends but never began']);
  });

  it("is a last comment of MySQL's that takes the end of the definition with it", () => {
    expect(readingsOf('MySQL', 'SET @a = 1 -- one')[0]).to.equal('a comment that is not closed');
  });

  it("is no hint of MySQL's, and none of what is in it", () => {
    expect(readingsOf('MySQL', "BEGIN SELECT /*+ SET_VAR(sql_mode = ';;') it's */ 1 INTO @a; END")).to.deep.equal([]);
    expect(readingsOf('MySQL', 'BEGIN SELECT /*+ NO_ICP(t)\n */ 1 INTO @a; /* x */ END')).to.deep.equal([]);
  });

  it('is no comment behind the first line, where the client has forgotten in what it stands', () => {
    for (const flavour of ['MySQL', 'MariaDB'] as const)
      expect(readingsOf(flavour, "BEGIN\n /* a */ SET @a = '*/'; END"), flavour).to.deep.equal([]);
  });

  it("is MariaDB's own comment that is code for no other server", () => {
    expect(readingsOf('MySQL', "BEGIN\n /*M!100100 it's */ SET @a = 1; END")).to.deep.equal([]);
    expect(readingsOf('MariaDB', "BEGIN\n /*M!100100 SET @b = 'x'; */ SET @a = 1; END")[0]).to.not.equal(undefined);
  });
});
