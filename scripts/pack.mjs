// Packs what would be published, for a project that is to use it: one file for each package, in packed/.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { packInto, ROOT } from './packages.mjs';

const folder = join(ROOT, 'packed');
mkdirSync(folder, { recursive: true });
const files = packInto(folder);
console.log(`In your project: npm install ${files.join(' ')}`);
