import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const server = process.env['BAZDID_SERVER'] ?? 'http://127.0.0.1:8080';
const paths = Object.fromEntries(['/v1', '/version'].map((path) => [path, { target: server }]));

export default defineConfig({
  base: '/console/',
  plugins: [svelte()],
  build: {
    target: 'es2022',
    // Everything is a file of its own: the policy of the pages allows neither inline scripts nor `data:` fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The map is loaded when it is first shown, and is as large as it is.
    chunkSizeWarningLimit: 1200,
    reportCompressedSize: false,
  },
  server: { proxy: paths, port: 5173 },
  preview: { proxy: paths, port: 4173 },
  test: {
    include: ['src/**/*.test.ts'],
    environment: 'node',
    reporters: ['default', './scripts/summary.ts'],
  },
  resolve: process.env['VITEST'] ? { conditions: ['browser'] } : {},
});
