import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { expect } from 'chai';
import { type FileAddress, type Storage, StorageAway, type StoredFile } from './storage.ts';

/** Copies the pieces: each is good only until the next one. */
export async function bytesIn(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const copies: Buffer[] = [];
  for await (const piece of pieces) copies.push(Buffer.from(piece));
  return Buffer.concat(copies);
}

/** Where a storage lies, with nothing in it yet. */
export interface TestPlace {
  /** @returns the storage as a process that has just started has it */
  storage(): Storage;
  /** Puts an empty place there instead. @returns what takes that away again, and puts the storage back */
  takeAway(): Promise<() => Promise<void>>;
}

const RANGES = [
  [3, 5, '345'],
  [0, 9, '0123456789'],
  [9, 9, '9'],
  [4, 3, ''],
] as const;

/** Every promise of `storage.ts`, to be run against each implementation. */
export function describeStorage(title: string, create: () => Promise<TestPlace>): void {
  describe(`${title} keeps the promises of a storage:`, () => {
    let place: TestPlace;
    let storage: Storage;
    beforeEach(async () => {
      place = await create();
      storage = place.storage();
      await storage.checkUsable();
    });

    const address = (database = 'pt_xyz', second = '00'): FileAddress => ({
      database,
      fileName: `mysql-2023-10-31-00-00-${second}-${database}-0f69a75b-9fdf-48c6-8ec9-2277934b7bb8.sql.zip`,
    });

    async function* content(...chunks: Array<string | Buffer>) {
      for (const chunk of chunks) yield Buffer.from(chunk as string);
    }

    async function publish(at: FileAddress, bytes: string | Buffer): Promise<boolean> {
      const received = await storage.receive(at, content(bytes));
      const isPublished = await received.publish();
      await received.discard();
      return isPublished;
    }

    async function bytesOf(at: FileAddress): Promise<string | undefined> {
      await using file = await storage.open(at);
      return file && String(await bytesIn(file.pieces({ start: 0, end: file.size - 1 })));
    }

    async function everything() {
      const names: string[] = [];
      for await (const { fileNames } of storage.list()) names.push(...fileNames);
      return names.sort();
    }

    it('counts and hashes what it receives, in chunks of any size', async () => {
      const bytes = Buffer.alloc(3_500_001, 'abc');
      const pieces = [bytes.subarray(0, 1), bytes.subarray(1, 2_000_000), Buffer.alloc(0), bytes.subarray(2_000_000)];
      const received = await storage.receive(address(), content(...pieces));
      expect(received.size).to.equal(bytes.length);
      expect(received.sha256).to.equal(createHash('sha256').update(bytes).digest('hex'));
      await received.publish();
      await using file = (await storage.open(address()))!;
      expect(file.size).to.equal(bytes.length);
      expect((await bytesIn(file.pieces({ start: 0, end: file.size - 1 }))).equals(bytes)).to.equal(true);
    });

    it('lets a reader follow what it receives, byte for byte as it is stored, while it arrives', async () => {
      const bytes = Buffer.alloc(3_500_001, 'abc');
      const seen: Buffer[] = [];
      const arrived = Promise.withResolvers<void>();
      async function* halting() {
        yield bytes.subarray(0, 2_000_000);
        await arrived.promise;
        yield bytes.subarray(2_000_000);
      }
      const received = await storage.receive(address(), halting(), async pieces => {
        for await (const piece of pieces) {
          seen.push(Buffer.from(piece));
          arrived.resolve();
        }
      });
      expect(Buffer.concat(seen).equals(bytes)).to.equal(true);
      expect(received.sha256).to.equal(createHash('sha256').update(bytes).digest('hex'));
      await received.discard();
      let count = 0;
      const nothing = await storage.receive(address(), content(), async pieces => {
        for await (const _ of pieces) count += 1;
      });
      expect([nothing.size, count]).to.deep.equal([0, 0]);
      await nothing.discard();
    });

    it('lets a reader begin late, and tells it when the last byte was written, or the receiving has failed', async () => {
      const bytes = Buffer.alloc(1_000_001, 'abc');
      let seen: Buffer | undefined;
      const received = await storage.receive(address(), content(bytes), async (pieces, hasEnded) => {
        if (!hasEnded.aborted) await once(hasEnded, 'abort');
        seen = await bytesIn(pieces);
      });
      expect(seen?.equals(bytes)).to.equal(true);
      await received.discard();
      async function* failing() {
        yield Buffer.alloc(2_000_000);
        throw new Error('the client went away');
      }
      const receiving = storage.receive(address(), failing(), async (_, hasEnded) => {
        if (!hasEnded.aborted) await once(hasEnded, 'abort');
      });
      expect(await receiving.catch(error => error)).to.have.property('message', 'the client went away');
    });

    it('waits for a reader that follows, receives what one leaves half read, and fails with one that fails', async () => {
      let hasEnded = false;
      const waited = await storage.receive(address(), content('abc'), async pieces => {
        for await (const _ of pieces) await new Promise(setImmediate);
        hasEnded = true;
      });
      expect(hasEnded).to.equal(true);
      await waited.discard();
      const half = await storage.receive(address(), content(Buffer.alloc(2_000_000), 'end'), async pieces => {
        for await (const _ of pieces) break;
      });
      expect(half.size).to.equal(2_000_003);
      await half.discard();
      const failing = storage.receive(address(), content('abc'), async () => {
        throw new Error('it cannot be read');
      });
      expect(await failing.catch(error => error)).to.have.property('message', 'it cannot be read');
      expect(await storage.removeLeftovers()).to.equal(0);
    });

    it('ends a reader that follows with an error when the content fails, and tells the error of the content', async () => {
      const goes = Promise.withResolvers<void>();
      async function* failing() {
        yield Buffer.alloc(2_000_000);
        await goes.promise;
        throw new Error('the client went away');
      }
      const ends: unknown[] = [];
      const receiving = storage.receive(address(), failing(), async pieces => {
        try {
          for await (const _ of pieces) goes.resolve();
          ends.push('whole');
        } catch (error) {
          ends.push(error);
        }
      });
      expect(await receiving.catch(error => error)).to.have.property('message', 'the client went away');
      expect(ends).to.have.length(1);
      expect(ends[0]).to.be.instanceOf(Error);
      expect(await storage.removeLeftovers()).to.equal(0);
    });

    it('accepts a hundred thousand single bytes', async () => {
      async function* drops() {
        for (let i = 0; i < 100_000; i++) yield Buffer.from([i & 255]);
      }
      const received = await storage.receive(address(), drops());
      expect(received.size).to.equal(100_000);
      await received.discard();
    });

    it('shows nothing under its name before it is published', async () => {
      const received = await storage.receive(address(), content('abc'));
      expect(await storage.open(address())).to.equal(undefined);
      expect(await everything()).to.deep.equal([]);
      expect(await received.publish()).to.equal(true);
      expect(await bytesOf(address())).to.equal('abc');
      expect(await everything()).to.deep.equal([address().fileName]);
    });

    it('never overwrites', async () => {
      expect(await publish(address(), 'first')).to.equal(true);
      expect(await publish(address(), 'second')).to.equal(false);
      expect(await bytesOf(address())).to.equal('first');
    });

    it('lets one of several publish at the same time', async () => {
      const received = await Promise.all(['a', 'b', 'c', 'd'].map(bytes => storage.receive(address(), content(bytes))));
      const results = await Promise.all(received.map(file => file.publish()));
      expect(results.filter(Boolean)).to.have.length(1);
      expect(await bytesOf(address())).to.equal('abcd'[results.indexOf(true)]);
      await Promise.all(received.map(file => file.discard()));
    });

    it('forgets what is discarded, twice if needed, but never what is published', async () => {
      const received = await storage.receive(address(), content('abc'));
      await received.discard();
      await received.discard();
      expect(await everything()).to.deep.equal([]);
      expect(await storage.removeLeftovers()).to.equal(0);
      const kept = await storage.receive(address(), content('abc'));
      await kept.publish();
      await kept.discard();
      expect(await bytesOf(address())).to.equal('abc');
    });

    it('leaves nothing when the content fails', async () => {
      async function* failing() {
        yield Buffer.alloc(2_000_000);
        throw new Error('the client went away');
      }
      const error = await storage.receive(address(), failing()).catch(error => error);
      expect(error.message).to.equal('the client went away');
      expect(await storage.removeLeftovers()).to.equal(0);
      expect(await everything()).to.deep.equal([]);
    });

    it('receives and discards for one database at the same time', async () => {
      await Promise.all(
        Array.from({ length: 20 }, async () => (await storage.receive(address(), content('abc'))).discard()),
      );
      expect(await storage.removeLeftovers()).to.equal(0);
    });

    it('does not remove a database as a leftover, for any name', async () => {
      await publish(address('.0123456789abcdef.part'), 'kept');
      expect(await storage.removeLeftovers()).to.equal(0);
      expect(await bytesOf(address('.0123456789abcdef.part'))).to.equal('kept');
    });

    it('removes leftovers, and only those', async () => {
      await publish(address(), 'kept');
      const left = await storage.receive(address('pt_abc'), content('never published'));
      expect(await storage.removeLeftovers()).to.equal(1);
      expect(await storage.removeLeftovers()).to.equal(0);
      await left.discard();
      expect(await bytesOf(address())).to.equal('kept');
    });

    it('reads ranges, in any order and again, of what was received and of what is stored, and reports a missing file', async () => {
      const received = await storage.receive(address(), content('0123456789'));
      const readRanges = async (file: Pick<StoredFile, 'pieces'>) => {
        for (const [start, end, bytes] of RANGES)
          expect(String(await bytesIn(file.pieces({ start, end })))).to.equal(bytes);
        const both = await Promise.all(RANGES.map(([start, end]) => bytesIn(file.pieces({ start, end }))));
        expect(both.map(String)).to.deep.equal(RANGES.map(([, , bytes]) => bytes));
      };
      await readRanges(received);
      await received.publish();
      await using file = (await storage.open(address()))!;
      await readRanges(file);
      expect(await storage.open(address('pt_xyz', '01'))).to.equal(undefined);
      expect(await storage.open(address('pt_abc'))).to.equal(undefined);
    });

    it('reads no more of a file that was disposed of: unread, read to its end, read half, or shorter than it should be', async () => {
      await publish(address(), Buffer.alloc(5_000_000));
      const uses: Array<(file: StoredFile) => Promise<unknown>> = [
        async () => undefined,
        file => bytesIn(file.pieces({ start: 0, end: 99 })),
        async file => {
          for await (const _ of file.pieces({ start: 0, end: 4_999_999 })) break;
        },
        async file => {
          const error = await bytesIn(file.pieces({ start: 0, end: 5_000_000 })).catch(error => error);
          expect(error).to.have.property('message').that.contains('ended at byte 5000000');
        },
      ];
      for (const use of uses) {
        const file = (await storage.open(address()))!;
        await use(file);
        await file[Symbol.asyncDispose]();
        await file[Symbol.asyncDispose]();
        expect(await bytesIn(file.pieces({ start: 0, end: 9 })).catch(error => error)).to.be.instanceOf(Error);
      }
    });

    it('replaces what is there, keeping it aside, and publishes where nothing is', async () => {
      expect(await publish(address(), 'gone bad')).to.equal(true);
      for (const bytes of ['good', 'better']) {
        const received = await storage.receive(address(), content(bytes));
        expect(await received.replace()).to.equal(true);
        await received.discard();
        expect(await bytesOf(address())).to.equal(bytes);
      }
      const first = await storage.receive(address('pt_abc'), content('first'));
      expect(await first.replace()).to.equal(true);
      expect(await everything()).to.have.members([address().fileName, address('pt_abc').fileName]);
      expect(await storage.removeLeftovers()).to.equal(0);
    });

    it('keeps a text beside a file, whether that is there or not, and the last one only', async () => {
      expect(await storage.getMetadata(address())).to.equal(undefined);
      await storage.putMetadata(address(), 'before the file');
      await publish(address(), 'abc');
      await storage.putMetadata(address(), '{"データ": "\ud83d\ude00"}');
      await storage.putMetadata(address('pt_abc'), 'x'.repeat(9_000_000));
      expect(await storage.getMetadata(address())).to.equal('{"データ": "\ud83d\ude00"}');
      expect(await storage.getMetadata(address('pt_abc'))).to.have.length(9_000_000);
      expect(await bytesOf(address())).to.equal('abc');
      expect(await storage.open(address('pt_abc'))).to.equal(undefined);
      expect(await storage.removeLeftovers()).to.equal(0);
    });

    it('lists the files, and apart from them what has a text', async () => {
      await publish(address(), 'abc');
      await storage.putMetadata(address('pt_xyz', '01'), 'text');
      const listed = [];
      for await (const names of storage.list()) listed.push(names);
      const withMetadata = [address('pt_xyz', '01').fileName];
      expect(listed).to.deep.equal([{ database: 'pt_xyz', fileNames: [address().fileName], withMetadata }]);
    });

    it('changes a text of a database, one change after the other, and lists it nowhere', async () => {
      const drills = { database: 'pt_xyz', name: 'drills' } as const;
      expect(await storage.getText(drills)).to.equal(undefined);
      await Promise.all(Array.from({ length: 10 }, () => storage.changeText(drills, (text = '') => `${text}x`)));
      expect(await storage.getText(drills)).to.equal('x'.repeat(10));
      expect(await storage.getText({ ...drills, name: 'restores' })).to.equal(undefined);
      await storage
        .changeText(drills, () => {
          throw new Error('no');
        })
        .catch(error => expect(error.message).to.equal('no'));
      expect(await place.storage().getText(drills)).to.equal('x'.repeat(10));
      for await (const names of storage.list())
        expect(names).to.deep.equal({ database: 'pt_xyz', fileNames: [], withMetadata: [] });
      expect(await storage.removeLeftovers()).to.equal(0);
    });

    it('changes a text of its own, and loses no change where several processes make them at the same time', async () => {
      const tokens = { name: 'tokens' } as const;
      expect(await storage.getText(tokens)).to.equal(undefined);
      using _claim = await storage.claim();
      const others = [storage, place.storage(), place.storage()];
      const changing = others.map(other =>
        Promise.all([1, 2, 3].map(() => other.changeText(tokens, (text = '') => `${text}x`))),
      );
      await Promise.all(changing);
      for (const other of others) expect(await other.getText(tokens)).to.equal('x'.repeat(9));
      const refusal = storage.changeText(tokens, () => {
        throw new Error('no');
      });
      expect(await refusal.catch(error => error)).to.have.property('message', 'no');
      await storage.changeText(tokens, () => 'after it');
      expect(await place.storage().getText(tokens)).to.equal('after it');
      for await (const names of storage.list()) expect.fail(JSON.stringify(names));
      expect(await storage.removeLeftovers()).to.equal(0);
    });

    it('shows a text whole or not at all while it is replaced', async () => {
      const texts = ['a', 'b'].map(letter => letter.repeat(3_000_000));
      await storage.putMetadata(address(), texts[0]!);
      const writing = Promise.all(texts.map(text => storage.putMetadata(address(), text)));
      const seen = new Set<string | undefined>();
      for (let i = 0; i < 20; i++) seen.add(await storage.getMetadata(address()));
      await writing;
      for (const text of seen) expect(texts.includes(text!), `${text?.length}`).to.equal(true);
    });

    it('returns when a file was written', async () => {
      const start = Date.now();
      await publish(address(), 'abc');
      await using file = (await storage.open(address()))!;
      expect(file.modifiedAt.getTime()).to.be.within(start - 2_000, Date.now() + 2_000);
    });

    it('removes a file with its text, and nothing else, and takes another of that name afterwards', async () => {
      for (const at of [address(), address('pt_xyz', '01')]) {
        await publish(at, 'abc');
        await storage.putMetadata(at, 'text');
      }
      expect(await storage.remove(address())).to.equal(true);
      expect(await storage.open(address())).to.equal(undefined);
      expect(await storage.getMetadata(address())).to.equal(undefined);
      expect(await everything()).to.deep.equal([address('pt_xyz', '01').fileName]);
      expect(await bytesOf(address('pt_xyz', '01'))).to.equal('abc');
      expect(await storage.getMetadata(address('pt_xyz', '01'))).to.equal('text');
      expect(await publish(address(), 'again')).to.equal(true);
      expect(await bytesOf(address())).to.equal('again');
    });

    it('reports whether there was a file to remove, and removes a text that is left alone', async () => {
      expect(await storage.remove(address())).to.equal(false);
      await storage.putMetadata(address(), 'left by a crash');
      expect(await storage.remove(address())).to.equal(false);
      expect(await storage.getMetadata(address())).to.equal(undefined);
      await publish(address(), 'abc');
      expect(await storage.remove(address())).to.equal(true);
      expect(await storage.remove(address())).to.equal(false);
    });

    it('removes a file and keeps its text, which is listed on, and no file without one', async () => {
      await publish(address(), 'abc');
      await publish(address('pt_xyz', '01'), 'stays');
      expect(await storage.removeFile(address()).catch(error => error))
        .to.have.property('message')
        .that.contains('text');
      expect(await bytesOf(address())).to.equal('abc');
      await storage.putMetadata(address(), 'why it went');
      expect(await storage.removeFile(address())).to.equal(true);
      expect(await storage.removeFile(address())).to.equal(false);
      expect(await storage.open(address())).to.equal(undefined);
      expect(await storage.getMetadata(address())).to.equal('why it went');
      const fileNames = [address('pt_xyz', '01').fileName];
      const listed = [];
      for await (const names of storage.list()) listed.push(names);
      expect(listed).to.deep.equal([{ database: 'pt_xyz', fileNames, withMetadata: [address().fileName] }]);
      expect(await bytesOf(address('pt_xyz', '01'))).to.equal('stays');
      expect(await publish(address(), 'again')).to.equal(true);
    });

    it('lets a reader that has a file open read on while it is removed, or end with an error', async () => {
      const bytes = Buffer.alloc(3_500_001, 'abc');
      await publish(address(), bytes);
      await storage.putMetadata(address(), 'text');
      await using file = (await storage.open(address()))!;
      const read: Buffer[] = [];
      const reading = (async () => {
        for await (const piece of file.pieces({ start: 0, end: file.size - 1 })) {
          if (read.length === 0) await storage.removeFile(address());
          read.push(Buffer.from(piece));
        }
        return 'whole';
      })();
      if ((await reading.catch(error => error)) === 'whole') expect(Buffer.concat(read).equals(bytes)).to.equal(true);
      else expect(await reading.catch(error => error)).to.be.instanceOf(Error);
    });

    it('removes what is left of a database beside its files, and nothing of another', async () => {
      for (const at of [address(), address('pt_xyz2')]) {
        await publish(at, 'bad');
        const good = await storage.receive(at, content('good'));
        expect(await good.replace()).to.equal(true);
        await storage.putMetadata(at, 'text');
        await storage.changeText({ database: at.database, name: 'drills' }, () => 'drills');
      }
      await storage.removeRemains('pt_xyz');
      await storage.removeRemains('pt_xyz');
      expect([await bytesOf(address()), await storage.getMetadata(address())]).to.deep.equal(['good', 'text']);
      expect(await storage.getText({ database: 'pt_xyz', name: 'drills' })).to.equal(undefined);
      expect(await storage.getText({ database: 'pt_xyz2', name: 'drills' })).to.equal('drills');
      await storage.remove(address());
      const databases = [];
      for await (const { database } of storage.list()) databases.push(database);
      expect(databases, 'nothing was kept aside any more').to.deep.equal(['pt_xyz2']);
      await storage.remove(address('pt_xyz2'));
      for await (const { database } of place.storage().list()) expect(database).to.equal('pt_xyz2');
      await storage.removeRemains('never_was');
    });

    it('lists nothing of a database whose last file was removed', async () => {
      await publish(address(), 'abc');
      await storage.remove(address());
      for await (const names of storage.list()) expect.fail(JSON.stringify(names));
    });

    it('lists the others when the last file of a database is removed while it lists', async () => {
      const all = ['pt_a', 'pt_b', 'pt_c'].map(database => address(database));
      for (const at of all) await publish(at, 'abc');
      const listed: string[] = [];
      for await (const { fileNames } of storage.list()) {
        listed.push(...fileNames);
        for (const at of all) if (!fileNames.includes(at.fileName)) await storage.remove(at);
      }
      expect(listed).to.have.length(1);
      expect(all.map(({ fileName }) => fileName)).to.include(listed[0]);
      expect(await everything()).to.deep.equal(listed);
    });

    it('ends a listing with an error when its disk goes away in the middle', async () => {
      for (const database of ['pt_a', 'pt_b', 'pt_c']) await publish(address(database), 'abc');
      let putBack: (() => Promise<void>) | undefined;
      const listing = (async () => {
        for await (const _ of storage.list()) putBack ??= await place.takeAway();
      })();
      expect(await listing.catch(error => error)).to.be.instanceOf(StorageAway);
      await putBack!();
      expect(await everything()).to.have.length(3);
    });

    it('removes, receives and publishes for one database at the same time', async () => {
      const addresses = Array.from({ length: 20 }, (_, i) => address('pt_xyz', String(i + 10)));
      for (let round = 0; round < 3; round++) {
        expect(await Promise.all(addresses.map(at => publish(at, 'abc')))).to.not.include(false);
        const [odd, even] = [0, 1].map(rest => addresses.filter((_, i) => i % 2 === rest));
        const removing = Promise.all(odd!.map(at => storage.remove(at)));
        await Promise.all(even!.map(at => storage.putMetadata(at, 'text')));
        expect(await removing).to.not.include(false);
        expect(await everything()).to.deep.equal(even!.map(({ fileName }) => fileName));
        expect(await Promise.all(even!.map(at => storage.remove(at)))).to.not.include(false);
      }
      expect(await everything()).to.deep.equal([]);
      expect(await storage.removeLeftovers()).to.equal(0);
    });

    it('runs tasks of one address in turn, and those of others meanwhile', async () => {
      const events: string[] = [];
      const task = (name: string, at: FileAddress) =>
        storage.exclusively(at, async () => {
          events.push(`${name} begins`);
          await new Promise(resolve => setTimeout(resolve, 10));
          events.push(`${name} ends`);
          if (name === 'a') throw new Error('a fails');
        });
      const [first] = await Promise.allSettled([
        task('a', address()),
        task('b', address()),
        task('c', address('pt_abc')),
      ]);
      expect(first.status).to.equal('rejected');
      expect(events.indexOf('a ends')).to.be.lessThan(events.indexOf('b begins'));
      expect(events.indexOf('c begins')).to.be.lessThan(events.indexOf('a ends'));
    });

    it('has a random id of its own, which stays, and none before its first use', async () => {
      const other = await create();
      expect(await other.storage().identity()).to.equal(undefined);
      expect(await other.storage().identity()).to.equal(undefined);
      const id = await storage.identity();
      expect(id).to.match(/^[0-9a-f-]{36}$/);
      expect(await place.storage().identity()).to.equal(id);
      using claim = await place.storage().claim();
      expect(claim.id).to.equal(id);
      using another = await other.storage().claim();
      expect(another.id)
        .to.match(/^[0-9a-f-]{36}$/)
        .and.not.equal(id);
    });

    it('is used by one process only', async () => {
      const claim = await storage.claim();
      const refusal = await place
        .storage()
        .claim()
        .catch(error => error);
      expect(refusal).to.be.instanceOf(Error).with.property('message').that.contains('another Lumbung');
      claim[Symbol.dispose]();
      (await place.storage().claim())[Symbol.dispose]();
    }).slow(6_000);

    it('neither writes nor reports a missing file while its disk is away, and goes on when it is back', async () => {
      await publish(address(), 'abc');
      using _claim = await storage.claim();
      const received = await storage.receive(address('pt_abc'), content('on its way'));
      const putBack = await place.takeAway();
      const calls: Record<string, () => Promise<unknown>> = {
        receive: () => storage.receive(address('pt_xyz', '01'), content('x')),
        publish: () => received.publish(),
        replace: () => received.replace(),
        open: () => storage.open(address()),
        'open what never was': () => storage.open(address('pt_abc', '02')),
        putMetadata: () => storage.putMetadata(address(), 'text'),
        getMetadata: () => storage.getMetadata(address()),
        remove: () => storage.remove(address()),
        removeFile: () => storage.removeFile(address()),
        removeRemains: () => storage.removeRemains('pt_xyz'),
        'change a text of its own': () => storage.changeText({ name: 'tokens' }, () => 'x'),
        'read a text of its own': () => storage.getText({ name: 'tokens' }),
        'remove what never was': () => storage.remove(address('pt_abc', '02')),
        checkUsable: () => storage.checkUsable(),
        space: () => storage.space(),
        list: () => everything(),
        removeLeftovers: () => storage.removeLeftovers(),
      };
      for (const [name, call] of Object.entries(calls))
        expect(await call().catch(error => error), name).to.be.instanceOf(StorageAway);
      await received.discard();
      expect(await place.storage().identity(), 'nothing was made there').to.equal(undefined);
      await putBack();
      await storage.checkUsable();
      expect(await everything()).to.deep.equal([address().fileName]);
      expect(await publish(address('pt_xyz', '01'), 'x')).to.equal(true);
    });

    it('writes nothing to another storage that has taken its place', async () => {
      const putBack = await place.takeAway();
      const other = place.storage();
      await other.checkUsable();
      expect(await storage.receive(address(), content('x')).catch(error => error)).to.be.instanceOf(StorageAway);
      for await (const names of other.list()) expect.fail(JSON.stringify(names));
      await putBack();
      expect(await publish(address(), 'x')).to.equal(true);
    });

    it('knows how much space there is', async () => {
      const { free, total } = await storage.space();
      expect(Number.isSafeInteger(free) && Number.isSafeInteger(total)).to.equal(true);
      expect(free).to.be.greaterThan(0).and.at.most(total);
    });

    it('never leaves its folder, for any name', async () => {
      const outside = ['../x', 'a/b', '..', '', 'a\0b', 'a\\b'];
      for (const database of outside) {
        const error = await storage.open({ database, fileName: address().fileName }).catch(error => error);
        expect(error, database).to.be.instanceOf(Error);
        const refused = await storage
          .putMetadata({ database, fileName: address().fileName }, 'x')
          .catch(error => error);
        expect(refused, database).to.be.instanceOf(Error);
        const kept = await storage.remove({ database, fileName: address().fileName }).catch(error => error);
        expect(kept, database).to.be.instanceOf(Error);
        expect(
          await storage.removeFile({ database, fileName: address().fileName }).catch(error => error),
        ).to.be.instanceOf(Error);
        expect(await storage.removeRemains(database).catch(error => error), database).to.be.instanceOf(Error);
      }
      for (const fileName of [
        '../x',
        'x.zip',
        '.0123456789abcdef.part',
        address().fileName.replace('pt_xyz', 'a/../b'),
      ]) {
        const at = { database: 'pt_xyz', fileName };
        expect(await storage.receive(at, content('x')).catch(error => error), fileName).to.be.instanceOf(Error);
      }
      expect(await everything()).to.deep.equal([]);
    });
  });
}
