/** @file A self-signed certificate for 127.0.0.1 and its key, written as DER (RFC 5280) since Node signs but does not issue. */
import { generateKeyPairSync, randomBytes, sign } from "node:crypto"

/** PEM texts; `commonName` tells one certificate from another. */
export function makeCertificate(commonName: string): { certificate: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const algorithm = sequence(objectId("2a8648ce3d040302"))
  const name = sequence(der(0x31, sequence(objectId("550403"), der(0x0c, Buffer.from(commonName)))))
  const validity = sequence(utcTime("250101000000Z"), utcTime("491231235959Z"))
  const address = sequence(der(0x87, Buffer.from([127, 0, 0, 1])))
  const extension = sequence(objectId("551d11"), der(0x04, address))
  const serial = der(0x02, Buffer.from([1]), randomBytes(8))
  const version = der(0xa0, der(0x02, Buffer.from([2])))
  const toBeSigned = sequence(
    version,
    serial,
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(extension)),
  )
  const signature = der(0x03, Buffer.from([0]), sign("sha256", toBeSigned, privateKey))
  const encoded = sequence(toBeSigned, algorithm, signature).toString("base64")
  const lines = encoded.match(/.{1,64}/g) ?? []
  return {
    certificate: ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n"),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  }
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, ...parts)
}

function objectId(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, "hex"))
}

function utcTime(text: string): Buffer {
  return der(0x17, Buffer.from(text))
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
