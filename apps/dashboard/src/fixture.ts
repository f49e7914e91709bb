export { hasChromium, openChromium, type Browser } from './chromium.fixture.ts'
