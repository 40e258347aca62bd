import { useMutation, useQuery } from '@tanstack/react-query';
import { Fragment, useState } from 'react';
import { Link } from 'wouter';
import { answerOf, api, type Answer } from '../api/client';
import { connectorsQuery } from '../api/queries';
import { Page, Part } from '../layout/page';
import { Fault } from '../parts/fault';
import { Failed, Loaded } from '../parts/loaded';
import { ConnectionPart } from '../new-source/connection-part';
import { connectionOf, FIRST_CONNECTION, undecided, type Chosen } from '../new-source/connection';
import { FaultList } from '../new-source/fault-list';
import { Labelled } from '../new-source/labelled';
import { Marked } from '../new-source/marked';
import { OfferedStreams } from '../new-source/offered-streams';
import { SchemaKeys } from '../new-source/schema-field';
import { filled, type Schema, type Values } from '../new-source/schema';
import { WrittenText, type Written } from '../new-source/written';

type Connectors = Answer<'/api/connectors', 'get', 200>;

export default function NewSourcePage() {
  const connectors = useQuery(connectorsQuery);
  return (
    <Page
      title="New source"
      crumbs={<Link href="/">Overview</Link>}
      about="Choose where data come from, let the host try it, choose what is read, and get the text for the configuration. Nothing is written before you say so."
    >
      <Loaded query={connectors}>{(data) => <Choose offered={data} />}</Loaded>
    </Page>
  );
}

function Choose({ offered }: { readonly offered: Connectors }) {
  const [chosen, choose] = useState<string>();
  const connector = offered.connectors.find((one) => one.connector === chosen);
  return (
    <>
      <Part title="1. Connector">
        <fieldset className="choices">
          <legend className="unseen">Connector</legend>
          {offered.connectors.map(({ connector: name, summary }) => (
            <label key={name} className="choice">
              <input type="radio" name="connector" checked={chosen === name} onChange={() => choose(name)} />
              <span>
                <strong>{name}</strong>
                <span className="small muted">{summary}</span>
              </span>
            </label>
          ))}
        </fieldset>
      </Part>
      {connector !== undefined && <Fill key={connector.connector} connector={connector} offered={offered} />}
    </>
  );
}

interface FillProps {
  readonly connector: Connectors['connectors'][number];
  readonly offered: Connectors;
}

function Fill({ connector: { connector, config: schema, credentials }, offered }: FillProps) {
  const [name, setName] = useState(connector.replaceAll(/[^a-z0-9_]/g, '_'));
  const [values, setValues] = useState<Values>({});
  const [chosen, choose] = useState<Chosen>(new Map());
  const [fields, setFields] = useState({
    ...FIRST_CONNECTION,
    name: `${name}_daily`,
    destination: offered.destinations[0] ?? '',
  });
  const body = () => ({ connector, config: (filled(values) ?? {}) as Record<string, unknown> });
  const params = { path: { name: name === '' ? '_' : name } };
  const checking = useMutation({
    mutationFn: async () => {
      const checked = await answerOf(api.POST('/api/new-sources/{name}/check', { params, body: body() }));
      if (!checked.ok) return { ...checked, streams: [] };
      return answerOf(api.POST('/api/new-sources/{name}/streams', { params, body: body() }));
    },
    onSuccess: () => {
      choose(new Map());
      setAsked(false);
      writing.reset();
    },
  });
  const found = checking.data?.ok === true ? checking.data.streams : undefined;
  const untried = checking.data?.untried;
  const { keys } = offered;
  const open = undecided(found ?? [], chosen, keys);
  const [isAsked, setAsked] = useState(false);
  const draft = () => ({ ...body(), connection: connectionOf(fields, found ?? [], chosen, keys) });
  const writing = useMutation({
    mutationFn: (act: 'yaml' | 'add'): Promise<Written> =>
      act === 'yaml'
        ? answerOf(api.POST('/api/new-sources/{name}/yaml', { params, body: draft() as never }))
        : answerOf(api.POST('/api/new-sources/{name}/add', { params, body: draft() as never })),
  });
  const faults = [...(checking.data?.faults ?? []), ...(writing.data?.faults ?? [])];
  const changed =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      set(value);
      writing.reset();
    };
  return (
    <>
      <Part
        title="2. Settings"
        lead={
          <>
            This host tries references such as{' '}
            {offered.references.map((one, index) => (
              <Fragment key={one}>
                {index > 0 && ' or '}
                <code>{`\${${one}}`}</code>
              </Fragment>
            ))}
            ; a variable must have been set when the host started. Others go into the text all the same, and{' '}
            <code>tributary check</code> tries them on the machine.
          </>
        }
      >
        {credentials.length > 0 && (
          <details>
            <summary>How to get the credentials of {connector}</summary>
            <ol className="steps">
              {credentials.map((step) => (
                <li key={step}>
                  <Marked text={step} />
                </li>
              ))}
            </ol>
          </details>
        )}
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            checking.mutate();
          }}
        >
          <div className="fields">
            <Labelled
              path="name"
              label="name of the source"
              about="Small letters, digits and `_`."
              isRequired
              faults={faults}
            >
              {(attributes) => (
                <input
                  {...attributes}
                  value={name}
                  autoComplete="off"
                  spellCheck={false}
                  onChange={({ target }) => {
                    setName(target.value);
                    setFields({ ...fields, name: `${target.value}_daily` });
                  }}
                />
              )}
            </Labelled>
          </div>
          <SchemaKeys schema={schema as Schema} path="config" value={values} change={setValues} faults={faults} />
          <p className="actions next">
            <button type="submit" className="main" disabled={checking.isPending}>
              {checking.isPending ? 'The host tries it …' : 'Try it'}
            </button>
          </p>
        </form>
        <div role="status">
          {checking.error !== null && <Failed error={checking.error} />}
          {checking.data !== undefined && checking.data.faults.length > 0 && (
            <FaultList faults={checking.data.faults} />
          )}
          {checking.data?.error != null && <Fault error={checking.data.error} where="The host tried it" />}
          {found !== undefined && (
            <p className="notice">
              {untried == null ? (
                `It answers, and offers ${found.length} ${found.length === 1 ? 'stream' : 'streams'}.`
              ) : (
                <Marked text={untried} />
              )}
            </p>
          )}
        </div>
      </Part>
      {found !== undefined && (
        <Part title="3. Streams" lead="What is read. Each becomes a table.">
          <OfferedStreams
            streams={found}
            keys={keys}
            chosen={chosen}
            choose={changed(choose)}
            faults={[...(isAsked ? open : []), ...(writing.data?.faults ?? [])]}
          />
        </Part>
      )}
      {chosen.size > 0 && (
        <Part title="4. Connection" lead="Where it goes, and when.">
          <ConnectionPart
            fields={fields}
            change={changed(setFields)}
            destinations={offered.destinations}
            faults={writing.data?.faults ?? []}
          />
          <p className="actions next">
            <button
              type="button"
              className="main"
              disabled={writing.isPending}
              onClick={() => {
                setAsked(true);
                if (open.length === 0) writing.mutate('yaml');
              }}
            >
              Show the text
            </button>
          </p>
          {isAsked && open.length > 0 && <FaultList faults={open} />}
          {writing.error !== null && <Failed error={writing.error} />}
        </Part>
      )}
      {writing.data !== undefined && (
        <Part title="5. Text for the configuration">
          <WrittenText
            written={writing.data}
            source={name}
            connection={fields.name}
            add={() => writing.mutateAsync('add')}
          />
        </Part>
      )}
    </>
  );
}
