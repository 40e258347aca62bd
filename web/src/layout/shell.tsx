import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { alertsQuery, meQuery } from '../api/queries';
import { may, placesOf } from './places';
import { NoLogin, Who } from './who';
import { chooseTheme, chosenTheme, type Theme } from './theme';

const isAt = (location: string, place: string) =>
  place === '/'
    ? location === '/' || location.startsWith('/connections') || location.startsWith('/sources')
    : `${location}/`.startsWith(`${place}/`);

/** What stands around every page. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const [location] = useLocation();
  const [isOpen, setOpen] = useState(false);
  const [theme, setTheme] = useState<Theme>(chosenTheme);
  const { data: me } = useQuery(meQuery);
  const { data } = useQuery({ ...alertsQuery(true), enabled: may(me, 'status:read') });
  const open = data?.alerts.length ?? 0;
  const main = useRef<HTMLElement>(null);
  const before = useRef(location);
  useEffect(() => {
    if (before.current === location) return;
    before.current = location;
    setOpen(false);
    window.scrollTo(0, 0);
    // Who cannot see that the page has changed hears it, and goes on from its head.
    main.current?.focus({ preventScroll: true });
  }, [location]);
  return (
    <>
      <a
        className="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the content
      </a>
      <header className="top">
        <div className="top-row">
          <Link href="/" className="brand">
            <img src="/icon.svg" alt="" width="24" height="24" />
            Tributary
          </Link>
          <button
            type="button"
            className="menu-button"
            aria-expanded={isOpen}
            aria-controls="nav"
            onClick={() => setOpen(!isOpen)}
          >
            Menu
          </button>
          <nav className="nav" id="nav" aria-label="Pages" data-open={isOpen}>
            <ul>
              {placesOf(me).map(({ path, label }) => (
                <li key={path}>
                  <Link href={path} aria-current={isAt(location, path) ? 'page' : undefined}>
                    {label}
                    {path === '/alerts' && open > 0 && (
                      <span className="count">
                        {open}
                        <span className="unseen"> open</span>
                      </span>
                    )}
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
          <Who />
          <label className="theme">
            <span className="unseen">Colours</span>
            <select
              value={theme}
              onChange={(event) => {
                const chosen = event.target.value as Theme;
                setTheme(chosen);
                chooseTheme(chosen);
              }}
            >
              <option value="system">Auto</option>
              <option value="light">Light</option>
              <option value="dark">Dark</option>
            </select>
          </label>
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        {children}
      </main>
      <footer>
        <NoLogin />
      </footer>
    </>
  );
}
