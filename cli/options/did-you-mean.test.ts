import { expect } from 'chai';
import { didYouMean } from './did-you-mean.ts';

describe('did-you-mean', () => {
  const known = ['backup', 'doctor', 'list', 'history', 'pt_xyz', 'pt_abc', 'sekolah_harapan_095', '--work-dir'];
  const cases: [string, string][] = [
    ['bakcup', '. Did you mean backup?'],
    ['lst', '. Did you mean list?'],
    ['lsit', '. Did you mean list?'],
    ['hist', '. Did you mean history?'],
    ['pt_xzy', '. Did you mean pt_xyz?'],
    ['PT-XYZ', '. Did you mean pt_xyz?'],
    ['--workdir', '. Did you mean --work-dir?'],
    ['--work_dir', '. Did you mean --work-dir?'],
    ['sekolah_harpan_95', '. Did you mean sekolah_harapan_095?'],
    ['restore', ''],
    ['frobnicate', ''],
    ['', ''],
    ['x', ''],
  ];
  for (const [word, sentence] of cases)
    it(`answers ${JSON.stringify(word)} by ${JSON.stringify(sentence)}`, () => {
      expect(didYouMean(word, known)).to.equal(sentence);
    });

  it('names no more than three that are equally close', () => {
    const databases = ['shop_1', 'shop_2', 'shop_3', 'shop_4'];
    expect(didYouMean('shop_9', databases)).to.equal('. Did you mean shop_1 or shop_2 or shop_3?');
    expect(didYouMean('shop_9', [])).to.equal('');
  });
});
