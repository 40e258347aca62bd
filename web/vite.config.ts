import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** `npm run build` writes dist/web, which the host serves. `npx vite web` shows changes at once, beside a `tributary serve`. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    // What is inlined would be refused by the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      onLog(level, log, tell) {
        // "use client" of libraries, which means nothing where all is the client.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') tell(level, log);
      },
    },
  },
  server: {
    proxy: Object.fromEntries(['/api', '/report'].map((path) => [path, 'http://127.0.0.1:8080'])),
  },
});
