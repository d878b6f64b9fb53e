import { Agent, request } from 'node:http';
import { json } from 'node:stream/consumers';

const agent = new Agent({ keepAlive: true, maxSockets: 32 });

/** Uploads a zip over a connection that is kept, without more ado: for thousands of them. */
export function sentUpload(
  url: string,
  database: string,
  fileName: string,
  bytes: Buffer,
): Promise<{ status: number; code: string | undefined }> {
  const body = Buffer.concat([
    Buffer.from(`--xyz\r\nContent-Disposition: form-data; name="file"; filename="${fileName}"\r\n\r\n`),
    bytes,
    Buffer.from('\r\n--xyz--\r\n'),
  ]);
  const headers = { 'content-type': 'multipart/form-data; boundary=xyz', 'content-length': body.length };
  return new Promise((resolve, reject) => {
    const sending = request(`${url}/${database}`, { method: 'POST', headers, agent }, async response => {
      const { code } = (await json(response).catch(reject)) as { code?: string };
      resolve({ status: response.statusCode!, code });
    });
    sending.on('error', reject).end(body);
  });
}
