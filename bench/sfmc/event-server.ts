import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A Marketing Cloud that has nothing but clicks, as many as its argument says, spread over one day: it makes each page when it
 * is asked for. A process of its own, so that its memory is not the connector's. Prints its address.
 */
const total = Number(process.argv[2] ?? 0);
const PAGE = 2_500;
const DAY_MS = 86_400_000;
/** Midnight of the day on the clock of the server, as UTC writes it. */
const FIRST = Date.parse('2026-10-01T00:00:00Z');

const envelope = (body: string) =>
  `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soap:Body><RetrieveResponseMsg xmlns="http://exacttarget.com/wsdl/partnerAPI">${body}</RetrieveResponseMsg></soap:Body></soap:Envelope>`;

function page(from: number): string {
  const to = Math.min(from + PAGE, total);
  let results = '';
  for (let index = from; index < to; index += 1) {
    const at = new Date(FIRST + Math.floor((index / total) * DAY_MS)).toISOString().slice(0, -1);
    results += `<Results xsi:type="ClickEvent"><PartnerKey xsi:nil="true" /><SendID>${5e9 + (index % 40)}</SendID><SubscriberKey>M${1e8 + index}</SubscriberKey><EventDate>${at}</EventDate><BatchID>1</BatchID><TriggeredSendDefinitionObjectID xsi:nil="true" /><URLID>${index % 7}</URLID><URL>https://care.example.org/a1c/${index % 7}?m=${index}&amp;utm=mail</URL></Results>`;
  }
  const status = to < total ? 'MoreDataAvailable' : 'OK';
  return envelope(`<OverallStatus>${status}</OverallStatus><RequestID>${to}</RequestID>${results}`);
}

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => {
    body += chunk.toString();
  });
  request.on('end', () => {
    const url = `http://${request.headers.host}/`;
    if (request.url === '/v2/token') {
      response.writeHead(200, { 'content-type': 'application/json' });
      const addresses = { soap_instance_url: url, rest_instance_url: url };
      response.end(JSON.stringify({ access_token: 'bench', expires_in: 1079, ...addresses }));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/xml' });
    response.end(page(Number(/<ContinueRequest>(\d+)</.exec(body)?.[1] ?? 0)));
  });
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
