import { SaxesParser } from 'saxes';

interface Element {
  readonly name: string;
  readonly uri: string;
  readonly type: string;
  readonly children: Element[];
  text: string;
}

export interface RetrieveRequest {
  readonly token: string;
  readonly objectType: string;
  readonly properties: readonly string[];
  readonly batchSize: number | undefined;
  readonly continued: string | undefined;
  readonly filter: Filter | undefined;
}

export type Filter =
  | { readonly and: readonly [Filter, Filter] }
  | {
      readonly property: string;
      readonly operator: string;
      readonly values: readonly string[];
      readonly isDate: boolean;
    };

/** What the service would answer as a fault of the client. */
export class WrongEnvelope extends Error {}

const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';
const FUEL = 'http://exacttarget.com';
const PARTNER = 'http://exacttarget.com/wsdl/partnerAPI';
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
const KNOWN = new Set([
  'Options',
  'ObjectType',
  'Properties',
  'Filter',
  'ContinueRequest',
  'ClientIDs',
  'QueryAllAccounts',
]);
const OPERATORS = new Set(['equals', 'greaterThan', 'lessThan', 'greaterThanOrEqual', 'lessThanOrEqual']);

/** Reads a request to retrieve, and refuses what is not built as it must be. */
export const readRetrieve = (xml: string): RetrieveRequest => {
  const envelope = parse(xml);
  expect(envelope, 'Envelope', SOAP);
  const header = child(envelope, 'Header', SOAP);
  const body = child(envelope, 'Body', SOAP);
  const token = child(header, 'fueloauth', FUEL).text.trim();
  const request = child(child(body, 'RetrieveRequestMsg', PARTNER), 'RetrieveRequest', PARTNER);
  for (const one of request.children)
    if (!KNOWN.has(one.name) || one.uri !== PARTNER) throw new WrongEnvelope(`RetrieveRequest has no ${one.name}`);
  const texts = (name: string) => request.children.filter((one) => one.name === name).map(({ text }) => text.trim());
  const options = request.children.find(({ name }) => name === 'Options');
  const size = options?.children.find(({ name }) => name === 'BatchSize')?.text;
  const filter = request.children.find(({ name }) => name === 'Filter');
  return {
    token,
    objectType: texts('ObjectType')[0] ?? '',
    properties: texts('Properties'),
    batchSize: size === undefined ? undefined : Number(size),
    continued: texts('ContinueRequest')[0],
    filter: filter === undefined ? undefined : filterOf(filter),
  };
};

const filterOf = (element: Element): Filter => {
  if (element.type === 'ComplexFilterPart') {
    if (child(element, 'LogicalOperator', PARTNER).text !== 'AND') throw new WrongEnvelope('Only AND is simulated');
    return {
      and: [filterOf(child(element, 'LeftOperand', PARTNER)), filterOf(child(element, 'RightOperand', PARTNER))],
    };
  }
  if (element.type !== 'SimpleFilterPart') throw new WrongEnvelope(`A filter needs an xsi:type, not "${element.type}"`);
  const operator = child(element, 'SimpleOperator', PARTNER).text;
  if (!OPERATORS.has(operator)) throw new WrongEnvelope(`Unknown SimpleOperator "${operator}"`);
  const isDate = element.children.some(({ name }) => name === 'DateValue');
  const values = element.children
    .filter(({ name }) => name === (isDate ? 'DateValue' : 'Value'))
    .map(({ text }) => text);
  if (values.length !== 1) throw new WrongEnvelope('A simple filter has one value');
  return { property: child(element, 'Property', PARTNER).text, operator, values, isDate };
};

const parse = (xml: string): Element => {
  const root: Element = { name: '', uri: '', type: '', children: [], text: '' };
  const open = [root];
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw new WrongEnvelope(error.message);
  });
  parser.on('opentag', ({ local, uri, attributes }) => {
    const type = Object.values(attributes).find((one) => one.local === 'type' && one.uri === XSI)?.value ?? '';
    const element: Element = { name: local, uri, type, children: [], text: '' };
    open.at(-1)!.children.push(element);
    open.push(element);
  });
  parser.on('text', (text) => {
    open.at(-1)!.text += text;
  });
  parser.on('closetag', () => void open.pop());
  parser.write(xml).close();
  return root.children[0]!;
};

const expect = (element: Element | undefined, name: string, uri: string): Element => {
  if (element?.name !== name || element.uri !== uri) throw new WrongEnvelope(`Expected ${name} of ${uri}`);
  return element;
};
const child = (parent: Element, name: string, uri: string): Element =>
  expect(
    parent.children.find((one) => one.name === name),
    name,
    uri,
  );
