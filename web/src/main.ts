import { mount } from 'svelte';
import App from './console/App.svelte';
import { hidden } from './console/core/caller';
import { applyScheme } from './console/core/scheme';
import { i18n } from './i18n/language.svelte';
import './ui/tokens.css';
import './ui/base.css';

const address = hidden(new URL(location.href));
if (address) history.replaceState(history.state, '', address);

i18n.apply();
applyScheme();

const target = document.getElementById('app');
if (target) mount(App, { target });
