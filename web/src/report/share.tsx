import { useEffect, useRef, useState, type ReactNode } from 'react';
import { answerOf, api, type Answer, type Section } from '../api/client';
import { Choice } from '../parts/choice';
import { Copy } from '../parts/copy';
import { Modal, Question } from '../parts/dialog';
import { Moment } from '../parts/moment';
import type { Dimension } from './dimensions';
import { toldOf } from './narrowed';
import { monthText } from './number-text';
import { filterOf } from './tables';
import { useView, type View } from './view';

type Made = Answer<'/api/report/{month}/links', 'post', 200>;

interface ShareProps {
  readonly section: Section;
  readonly dimensions: readonly Dimension[];
}

/** Makes a link under which others see without a login what the page is narrowed to, and nothing else. */
export function Share({ section, dimensions }: ShareProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Share …
      </button>
      {isOpen && (
        <Modal title={`Share ${monthText(section.month.id)}`} close={() => setOpen(false)}>
          {(shut) => <Steps section={section} dimensions={dimensions} shut={shut} />}
        </Modal>
      )}
    </>
  );
}

const DURATIONS: Readonly<Record<string, string>> = {
  '1d': 'A day',
  '7d': '7 days',
  '30d': '30 days',
  '90d': '90 days',
  '365d': 'A year',
};

/** Asks how long, and then gives the link. */
function Steps({ section, dimensions, shut }: ShareProps & { readonly shut: () => void }) {
  const { view } = useView();
  const [expires, setExpires] = useState('30d');
  const [made, setMade] = useState<Made>();
  const told = toldOf(section, dimensions, view);
  const month = section.month.id;
  // A table of a release and those that go one step further: none is of some days, and none of a type breaks down further.
  const isLinked = !view.narrowed.has('days') && !view.narrowed.has('type') && told?.missing === undefined;
  const ask = async () => setMade(await answerOf(asked(month, view, expires)));
  const what = (
    <>
      <strong>{told === undefined ? `all of ${monthText(month)}` : `${told.text}, of ${monthText(month)}`}</strong>
      {view.release === undefined ? ', as the report then shows it' : `, as release ${view.release} was published`}
    </>
  );
  if (made !== undefined) return <Given made={made} what={what} shut={shut} />;
  if (!isLinked)
    return (
      <Question verb="Make the link" does={ask} shut={shut} isReady={false}>
        <p>
          A link shows a campaign, region, member segment or channel, or two of them. It cannot be narrowed to{' '}
          {told?.missing === undefined ? 'days or a response type' : 'what the month has not'}: take that choice away
          first.
        </p>
      </Question>
    );
  return (
    <Question verb="Make the link" does={ask} shut={shut}>
      <p>Whoever has the link sees {what}, without a login and nothing else. Small counts are hidden in it.</p>
      <div className="fields">
        <Choice
          id="expires"
          label="It ends after"
          value={expires}
          change={setExpires}
          values={Object.keys(DURATIONS)}
          nameOf={(name) => DURATIONS[name] ?? name}
          all={false}
        />
        <p className="notice">
          A link cannot be taken back by itself. It ends by then; all links end at once when the key of{' '}
          <code>report.embed</code> is changed. The audit log tells that you made it, and each time it is opened.
        </p>
      </div>
    </Question>
  );
}

function asked(month: string, { narrowed, release }: View, expires: string) {
  const filter: Record<string, string> = Object.assign(
    {},
    ...[...narrowed].map(([name, value]) => filterOf(name, value)),
  );
  const body = { expires, filter, ...(release === undefined ? {} : { release }) };
  return api.POST('/api/report/{month}/links', { params: { path: { month } }, body });
}

interface GivenProps {
  readonly made: Made;
  readonly what: ReactNode;
  readonly shut: () => void;
}

function Given({ made, what, shut }: GivenProps) {
  const field = useRef<HTMLInputElement>(null);
  const address = new URL(made.path, location.href).href;
  useEffect(() => {
    field.current?.select();
  }, []);
  return (
    <>
      <p>
        The link shows {what}. It ends at <Moment at={made.expires_at} isWhole />.
      </p>
      <div className="fields">
        <div className="field">
          <label htmlFor="link">Link</label>
          <input id="link" ref={field} readOnly value={address} />
          <span className="hint">The audit log names it {made.id}.</span>
        </div>
      </div>
      <div className="actions">
        <button type="button" onClick={shut}>
          Done
        </button>
        <Copy text={address} isMain />
      </div>
    </>
  );
}
