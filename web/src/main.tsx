import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Problem } from './api/client';
import { App } from './app';
import './design/tokens.css';
import './design/base.css';
import './design/layout.css';
import './design/parts.css';
import './design/tables.css';
import './design/report.css';
import './design/new-source.css';
import { applyTheme } from './layout/theme';

applyTheme();
const client = new QueryClient({
  defaultOptions: {
    queries: {
      // What the host refuses it refuses again.
      retry: (count, error) => count < 2 && error instanceof Problem && (error.status === 0 || error.status >= 500),
      retryDelay: 1_000,
    },
  },
});
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
