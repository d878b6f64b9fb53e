import { expect } from 'chai';
import { parseEnvironmentFile, parseEnvironmentProperty } from './environment-text.ts';

describe('the variables of a unit', () => {
  it('are read from a file as systemd reads it: comments, quotation marks, backslashes and long lines', () => {
    const text = [
      '# A=1',
      '; B=2',
      '',
      'DATABASE_URL=mysql://u:a%20b@127.0.0.1:3306/lumbung',
      '  SPACES =  a b # no comment  ',
      `SINGLE='a "b" \\n'`,
      'DOUBLE="a \\"b\\" \\$c \\d"',
      `BOTH='a' "b"c`,
      'LONG=a\\',
      'b',
      'TWO="a',
      'b"',
      'EMPTY=',
      'TWICE=1',
      'TWICE=2',
      'export no assignment',
      'EQUALS=a=b\r',
    ].join('\n');
    expect(parseEnvironmentFile(text)).to.deep.equal({
      DATABASE_URL: 'mysql://u:a%20b@127.0.0.1:3306/lumbung',
      SPACES: 'a b # no comment',
      SINGLE: 'a "b" \\n',
      DOUBLE: 'a "b" $c \\d',
      BOTH: 'abc',
      LONG: 'ab',
      TWO: 'a\nb',
      EMPTY: '',
      TWICE: '2',
      EQUALS: 'a=b',
    });
  });

  it('are read from what systemctl shows: in quotation marks where a value has blanks or signs of a shell', () => {
    const shown = `STORAGE_DIR=/srv/b "PUBLIC_HOSTS=a.example b.example" "P=\\"q\\" \\$x \\\\ \\n\\303" $'C=it\\'s' D=`;
    expect(parseEnvironmentProperty(shown)).to.deep.equal({
      STORAGE_DIR: '/srv/b',
      PUBLIC_HOSTS: 'a.example b.example',
      P: '"q" $x \\ \n\u00c3',
      C: "it's",
      D: '',
    });
    expect(parseEnvironmentProperty('')).to.deep.equal({});
  });
});
