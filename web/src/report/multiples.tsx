import { useMemo } from 'react';
import type { Section } from '../api/client';
import { nameOf } from './dimensions';
import { HIDDEN, isHidden, measured } from './number-text';
import { mostOf, RateBar, RATE_NAMES, type RateKey } from './rate-bar';

interface MultiplesProps {
  readonly section: Section;
  readonly rate: RateKey;
  readonly chosen: { readonly region: string | undefined; readonly segment: string | undefined };
  readonly choose: (region: string, segment: string) => void;
}

/** One small chart for each region, the segments in the same order and on the same axis in all of them. */
export function Multiples({ section, rate, chosen, choose }: MultiplesProps) {
  const { by_region, by_segment, by_region_segment } = section;
  const most = useMemo(() => mostOf(by_region_segment, rate), [by_region_segment, rate]);
  return (
    <ul className="multiples" aria-label={`${RATE_NAMES[rate]} by region and segment`}>
      {by_region.map(({ region }) => {
        const segments = by_segment.flatMap(({ segment }) => {
          const figures = by_region_segment.find((row) => row.region === region && row.segment === segment);
          return figures === undefined || figures.sent === 0 ? [] : [{ segment, figures }];
        });
        if (segments.length === 0) return null;
        return (
          <li key={region}>
            <h3>{nameOf(region, 'region')}</h3>
            <ul aria-label={nameOf(region, 'region')}>
              {segments.map(({ segment, figures }) => {
                const isChosen = chosen.region === region && chosen.segment === segment;
                return (
                  <li key={segment} className={isChosen ? 'chosen' : undefined}>
                    <span className="multiple-head">
                      <button
                        type="button"
                        className="plain"
                        aria-pressed={isChosen}
                        onClick={() => choose(region, segment)}
                      >
                        {nameOf(segment, 'segment')}
                      </button>
                      <span className="small muted">
                        {isHidden(figures, 'sent') ? HIDDEN : measured(figures.sent)} sent
                      </span>
                    </span>
                    <RateBar figures={figures} rate={rate} most={most} />
                  </li>
                );
              })}
            </ul>
          </li>
        );
      })}
    </ul>
  );
}
