import { generateKeyPairSync, sign } from 'node:crypto'

/**
 * A fresh certificate for 127.0.0.1 that nobody vouches for, and its key, so that no key has to be kept in the repository.
 *
 * @see RFC 5280, 4.1
 */
export function certificate(): { readonly key: string; readonly cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const toBeSigned = sequence(
    der(0xa0, integer(2)),
    integer(1),
    ecdsaWithSha256,
    name,
    sequence(utcTime('200101000000Z'), utcTime('491231235959Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(alternativeName)),
  )
  const signature = der(0x03, Buffer.of(0), sign('sha256', toBeSigned, privateKey))
  const cert = sequence(toBeSigned, ecdsaWithSha256, signature).toString('base64')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${cert.replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  }
}

/** Tag, length of up to two bytes, content. */
function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...size), content])
}

function sequence(...contents: readonly Buffer[]): Buffer {
  return der(0x30, ...contents)
}

function integer(value: number): Buffer {
  return der(0x02, Buffer.of(value))
}

function utcTime(time: string): Buffer {
  return der(0x17, Buffer.from(time))
}

function objectId(hexadecimal: string): Buffer {
  return der(0x06, Buffer.from(hexadecimal, 'hex'))
}

const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'))
const commonName = sequence(objectId('550403'), der(0x0c, Buffer.from('seatkeeper test')))
const name = sequence(der(0x31, commonName))
const loopbackAddress = der(0x87, Buffer.of(127, 0, 0, 1))
const alternativeName = sequence(objectId('551d11'), der(0x04, sequence(loopbackAddress)))
