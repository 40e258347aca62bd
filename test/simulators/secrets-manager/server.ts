import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** As much of AWS Secrets Manager as reading a secret needs, where moto is not installed. */
export interface SecretsManagerSimulator {
  readonly url: string;
  put(id: string, text: string): void;
  close(): Promise<void>;
}

export async function startSecretsManager(accessKeyId: string): Promise<SecretsManagerSimulator> {
  const secrets = new Map<string, string>();
  const server = createServer((request, response) => {
    const send = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(body));
    };
    void json(request).then((body) => {
      if (!request.headers.authorization?.includes(`Credential=${accessKeyId}/`))
        return send(400, { __type: 'UnrecognizedClientException', message: 'The security token is invalid.' });
      if (request.headers['x-amz-target'] !== 'secretsmanager.GetSecretValue')
        return send(400, { __type: 'InvalidRequestException' });
      const id = (body as { SecretId: string }).SecretId;
      const text = secrets.get(id);
      if (text === undefined)
        return send(400, { __type: 'ResourceNotFoundException', Message: "Secrets Manager can't find the secret." });
      send(200, { Name: id, SecretString: text, VersionId: 'v' });
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    put: (id, text) => void secrets.set(id, text),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
