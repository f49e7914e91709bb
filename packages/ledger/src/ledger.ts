import type {
  Agenda,
import { createDeadItems } from './dead-items.ts'
