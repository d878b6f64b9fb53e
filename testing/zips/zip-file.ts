import { sealZip, type ZipOptions } from '../../cli/zip/zip.ts';

/** Zips a file as `sade` does, with nothing to be written before it gets its name. @returns what is known of the zip */
export async function zip(source: string, target: string, options: ZipOptions = {}) {
  await using sealed = await sealZip(source, target, options);
  await sealed.commit();
  const { size, sha256, entrySize, crc32 } = sealed;
  return { size, sha256, entrySize, crc32 };
}
