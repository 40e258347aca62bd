import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';

/** A zip archive of one file. */
export function archiveOf(text: string, isCompressed: boolean): Promise<Buffer> {
  const archive = new ZipFile();
  archive.addBuffer(Buffer.from(text), 'a.json', { compress: isCompressed });
  archive.end();
  return buffer(archive.outputStream);
}
