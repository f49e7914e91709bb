import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { adoptionScripts } from './lua/adoption.ts'
import { acceptedLua, agendaLua, agendaScripts } from './lua/agenda.ts'
import { brakeLua } from './lua/brake.ts'
  ...deadItemScripts,
