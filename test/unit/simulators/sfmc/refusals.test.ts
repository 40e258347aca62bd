import { objectTypes } from '../../../simulators/sfmc/objects.js';
import { defaultPackage, SCOPES, startSfmcSimulator, type SfmcSimulator } from '../../../simulators/sfmc/server.js';
import { MIDS } from '../../../simulators/sfmc/world.js';

/** As Salesforce documents them: what an object or a path needs, and a property that each object has. */
const OBJECTS = [
  ['SentEvent', 'tracking_events_read', 'SendID'],
  ['OpenEvent', 'tracking_events_read', 'SendID'],
  ['ClickEvent', 'tracking_events_read', 'URLID'],
  ['BounceEvent', 'tracking_events_read', 'SMTPCode'],
  ['UnsubEvent', 'tracking_events_read', 'SendID'],
  ['Send', 'email_read', 'ID'],
  ['Email', 'email_read', 'ID'],
  ['List', 'list_and_subscribers_read', 'ID'],
  ['Subscriber', 'list_and_subscribers_read', 'ID'],
  ['DataExtension', 'data_extensions_read', 'CustomerKey'],
  ['DataExtensionField', 'data_extensions_read', 'Name'],
] as const;
const PATHS = [
  ['/interaction/v1/interactions', 'journeys_read'],
  ['/asset/v1/content/assets', 'saved_content_read'],
  ['/hub/v1/campaigns', 'campaign_read'],
  ['/data/v1/customobjectdata/key/sms_tracking/rowset', 'data_extensions_read'],
] as const;

let cloud: SfmcSimulator;
beforeAll(async () => {
  const lesser = SCOPES.map((scope) => ({
    client_id: `without-${scope}`,
    client_secret: 'a',
    scopes: SCOPES.filter((one) => one !== scope),
  }));
  cloud = await startSfmcSimulator({
    now: '2026-11-03T15:00:00Z',
    start: '2026-10-30',
    members: 20,
    packages: [defaultPackage, ...lesser],
  });
});
afterAll(() => cloud.close());

const login = (body: unknown, contentType = 'application/json') =>
  fetch(`${cloud.url}/v2/token`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': contentType },
  });
const grant = {
  grant_type: 'client_credentials',
  client_id: defaultPackage.client_id,
  client_secret: defaultPackage.client_secret,
};
const tokenOf = async (changes: object = {}): Promise<string> =>
  ((await (await login({ ...grant, ...changes })).json()) as { access_token: string }).access_token;
const without = (scope: string) => tokenOf({ client_id: `without-${scope}`, client_secret: 'a' });

const PARTNER = 'http://exacttarget.com/wsdl/partnerAPI';
const envelope = (token: string, request: string) =>
  `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><s:Header><fueloauth xmlns="http://exacttarget.com">${token}</fueloauth></s:Header><s:Body><RetrieveRequestMsg xmlns="${PARTNER}"><RetrieveRequest>${request}</RetrieveRequest></RetrieveRequestMsg></s:Body></s:Envelope>`;
const retrieve = (objectType: string, property: string, more = '') =>
  `<ObjectType>${objectType}</ObjectType><Properties>${property}</Properties>${more}`;

async function soap(body: string, init: RequestInit = {}) {
  const headers = { 'content-type': 'text/xml', soapaction: 'Retrieve', ...(init.headers as object) };
  const method = init.method ?? 'POST';
  const answer = await fetch(`${cloud.url}/Service.asmx`, { method, headers, ...(method === 'GET' ? {} : { body }) });
  const text = await answer.text();
  return `${answer.status} ${/<OverallStatus>([^<]*)/.exec(text)?.[1] ?? /<faultcode>.*<\/faultstring>/.exec(text)?.[0] ?? text}`;
}

test('each object of the simulator is one of these', () => {
  expect(
    Object.entries(objectTypes)
      .map(([type, { scope }]) => [type, scope])
      .toSorted(),
  ).toEqual(OBJECTS.map(([type, scope]) => [type, scope]).toSorted());
});

describe('the login refuses', () => {
  test.each<[string, unknown, number]>([
    ['an unknown client', { ...grant, client_id: 'x' }, 401],
    ['a wrong secret', { ...grant, client_secret: 'x' }, 401],
    ['another grant', { ...grant, grant_type: 'password' }, 400],
    ['an account that the package has not', { ...grant, account_id: '7' }, 400],
    ['an unknown field', { ...grant, user: 'x' }, 400],
    ['no object', '[]', 400],
  ])('%s', async (_, body, status) => {
    expect((await login(body)).status).toBe(status);
  });

  test('a form, and GET', async () => {
    expect((await login('grant_type=client_credentials', 'application/x-www-form-urlencoded')).status).toBe(400);
    expect((await fetch(`${cloud.url}/v2/token`)).status).toBe(405);
    expect((await login({ ...grant, account_id: String(MIDS[1]) })).status).toBe(200);
  });
});

describe.each(OBJECTS)('SOAP of %s', (objectType, scope, property) => {
  test('answers, and refuses what is not so', async () => {
    const token = await tokenOf();
    const ask = (request: string, own = token) => soap(envelope(own, request));
    expect(await ask(retrieve(objectType, property))).toMatch(/^200 (OK|MoreDataAvailable)/);
    expect(await ask(retrieve(objectType, 'Colour'))).toMatch(/^200 Error: The Request Property\(s\) Colour/);
    expect(await ask(retrieve(objectType.toLowerCase(), property))).toMatch(/^200 Error: Unable to find a handler/);
    expect(await ask(retrieve(objectType, property, '<Colour>1</Colour>'))).toMatch(/^500 .*soap:Client.*no Colour/);
    expect(await ask(retrieve(objectType, property, '<ContinueRequest>x</ContinueRequest>'))).toMatch(
      /^200 Error: The ContinueRequest/,
    );
    expect(await ask(retrieve(objectType, property), 'an-old-token')).toMatch(/^500 .*Token Expired/);
    expect(await ask(retrieve(objectType, property), await without(scope))).toMatch(
      /^200 Error: API Permission Failed/,
    );
  });
});

test('SOAP refuses another method, another action, another type, broken XML and wrong filters', async () => {
  const token = await tokenOf();
  const good = envelope(token, retrieve('Send', 'ID'));
  expect(await soap(good)).toBe('200 OK');
  expect(await soap('', { method: 'GET' })).toMatch(/^500 .*Use POST/);
  expect(await soap(good, { headers: { soapaction: 'Create' } })).toMatch(/SOAPAction must be Retrieve/);
  expect(await soap(good, { headers: { 'content-type': 'application/json' } })).toMatch(/Send text\/xml/);
  for (const body of [
    '',
    '<a/>',
    good.slice(0, -10),
    good.replace(PARTNER, 'http://other'),
    good.replaceAll('s:Body', 's:body'),
  ])
    expect(await soap(body)).toMatch(/^500 .*soap:Client/);
  const filtered = (operator: string, value: string, property = 'EventDate', type = 'SimpleFilterPart') =>
    soap(
      envelope(
        token,
        retrieve(
          'OpenEvent',
          'SendID',
          `<Filter xsi:type="${type}"><Property>${property}</Property><SimpleOperator>${operator}</SimpleOperator>${value}</Filter>`,
        ),
      ),
    );
  const date = '<DateValue>2026-11-01T00:00:00Z</DateValue>';
  expect(await filtered('greaterThan', date)).toBe('200 OK');
  expect(await filtered('after', date)).toMatch(/^500 .*Unknown SimpleOperator/);
  expect(await filtered('greaterThan', '')).toMatch(/^500 .*one value/);
  expect(await filtered('greaterThan', date, 'EventDate', 'FilterPart')).toMatch(/^500 .*xsi:type/);
  expect(await filtered('greaterThan', date, 'Colour')).toMatch(/^200 Error: Invalid column name 'Colour'/);
  expect(await filtered('greaterThan', '<DateValue>soon</DateValue>')).toMatch(
    /^200 Error: 'soon' is not a valid date/,
  );
});

describe.each(PATHS)('REST of %s', (path, scope) => {
  const get = (query: string, token: string | null, method = 'GET') =>
    fetch(`${cloud.url}${path}${query}`, {
      method,
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
    }).then(({ status }) => status);

  test('answers, and refuses what is not so', async () => {
    const token = await tokenOf();
    expect(await get('?$page=1&$pageSize=10', token)).toBe(200);
    for (const query of ['?page=1', '?$pagesize=1', '?$page=0', '?$page=-1', '?$page=x', '?$pageSize=0'])
      expect([query, await get(query, token)]).toEqual([query, 400]);
    for (const method of ['POST', 'PUT', 'DELETE']) expect(await get('', token, method)).toBe(405);
    expect(await get('', null)).toBe(401);
    expect(await get('', 'an-old-token')).toBe(401);
    expect(await get('', await without(scope))).toBe(403);
  });
});

test('REST knows no other path, data extension or snapshot', async () => {
  const authorization = `Bearer ${await tokenOf()}`;
  const statusOf = (path: string) =>
    fetch(cloud.url + path, { headers: { authorization } }).then(({ status }) => status);
  expect(await statusOf('/hub/v1/campaign')).toBe(404);
  expect(await statusOf('/data/v1/customobjectdata/key/nowhere/rowset')).toBe(404);
  expect(await statusOf('/data/v1/customobjectdata/token/nowhere/rowset?$page=2')).toBe(400);
});
