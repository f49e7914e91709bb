import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { parse, parseAllDocuments } from 'yaml'
import { root } from '../command.ts'

interface Container {
  readonly name: string
  readonly command: readonly string[]
  readonly env: readonly {
    readonly name: string
    readonly valueFrom?: { readonly secretKeyRef: { readonly key: string } }
  }[]
  readonly securityContext: object
  readonly lifecycle?: object
}

interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly replicas?: number
    readonly template?: { readonly spec: { readonly containers: readonly [Container] } }
    readonly scaleTargetRef?: { readonly name: string }
    readonly triggers?: readonly { readonly metadata: { readonly query: string } }[]
  }
}

const folder = join(root, 'docker/kubernetes')
const read = (name: string) => readFileSync(join(folder, name), 'utf8')
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml')
const manifests = files.flatMap((name) => parseAllDocuments(read(name)).map((document) => document.toJS() as Manifest))
const kustomization = parse(read('kustomization.yaml')) as { resources: readonly string[] }
const compose = parse(readFileSync(join(root, 'docker/compose.yaml'), 'utf8'), { merge: true }) as {
  services: Readonly<Record<string, { command: readonly string[]; environment: object }>>
}

const ofKind = (kind: string) => manifests.filter((manifest) => manifest.kind === kind)
const containerOf = ({ spec }: Manifest) => spec.template?.spec.containers[0]
const deployments = ofKind('Deployment')
const pods = [...deployments, ...ofKind('StatefulSet')].map((manifest) => [manifest.metadata.name, manifest] as const)

describe('the manifests for Kubernetes', () => {
  it('are all applied, but for those that need more than a cluster has', () => {
    expect(kustomization.resources.toSorted()).toEqual(files.filter((name) => name !== 'scale.yaml').toSorted())
  })

  it('start what compose starts, by the same commands', () => {
    const { redis: _redis, seatkeeper: _command, ...apps } = compose.services
    expect(Object.fromEntries(deployments.map((each) => [each.metadata.name, containerOf(each)?.command]))).toEqual(
      Object.fromEntries(Object.entries(apps).map(([name, { command }]) => [name, command])),
    )
  })

  it.each(pods)('give %s no rights that it does not need', (_name, manifest) => {
    expect(manifest.spec.template?.spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    })
    expect(containerOf(manifest)?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
  })

  it.each(deployments.map((each) => [each.metadata.name, each] as const))(
    'give %s the secrets that compose gives it, and Redis',
    (name, manifest) => {
      const secrets = containerOf(manifest)?.env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef.key ?? []) ?? []
      expect(secrets).toContain('REDIS_URL')
      expect(Object.keys(compose.services[name]?.environment ?? {})).toEqual(expect.arrayContaining(secrets))
    },
  )

  it('explain every secret that they ask for, and no other', () => {
    const asked = [
      ...files
        .map(read)
        .join('')
        .matchAll(/key: ([A-Z_]+) \}/g),
    ].map(([, key = '']) => key)
    const explained = [...read('secrets.env.example').matchAll(/^(\w+)=$/gm)].map(([, key = '']) => key)
    expect([...new Set(asked)].toSorted()).toEqual(explained.toSorted())
  })

  it('keep in Redis what Redis confirmed', () => {
    const command = containerOf(ofKind('StatefulSet')[0] as Manifest)?.command.join(' ')
    expect(command).toContain('--appendonly yes --appendfsync always')
    expect(command).toContain('--maxmemory-policy noeviction')
  })

  it('let what is behind a Service stop only when nobody is sent there any more', () => {
    const served = new Set(ofKind('Service').map(({ metadata }) => metadata.name))
    const behind = deployments.filter(({ metadata }) => served.has(metadata.name))
    expect(behind.map(({ metadata }) => metadata.name).toSorted()).toEqual(['dashboard', 'ingress'])
    for (const each of behind)
      expect(containerOf(each)?.lifecycle).toEqual({ preStop: { exec: { command: ['sleep', '5'] } } })
  })

  it('let one of each go at a time where there are several', () => {
    const several = deployments.filter(({ spec }) => (spec.replicas ?? 1) > 1).map(({ metadata }) => metadata.name)
    expect(
      ofKind('PodDisruptionBudget')
        .map(({ metadata }) => metadata.name)
        .toSorted(),
    ).toEqual(several.toSorted())
  })

  it('scale the workers that there are, by what is recorded', () => {
    const recorded = readFileSync(join(root, 'docker/prometheus/seatkeeper.rules.yml'), 'utf8')
    for (const { spec } of ofKind('ScaledObject')) {
      expect(deployments.map(({ metadata }) => metadata.name)).toContain(spec.scaleTargetRef?.name)
      for (const { metadata } of spec.triggers ?? [])
        expect(recorded).toContain(`record: ${/seatkeeper:[\w:]+/.exec(metadata.query)?.[0]}`)
    }
    expect(ofKind('ScaledObject')).toHaveLength(3)
  })
})
