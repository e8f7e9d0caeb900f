// Makes a certificate for this machine, for tests that speak TLS on loopback: an authority in ca.pem, and what it signed for
// 127.0.0.1 and localhost in cert.pem and key.pem of the folder that is the only argument.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

func main() {
	folder := os.Args[1]
	authorityKey := newKey()
	authority := template("Plumbline's tests")
	authority.IsCA = true
	authority.BasicConstraintsValid = true
	authority.KeyUsage = x509.KeyUsageCertSign
	authorityBytes := sign(authority, authority, authorityKey, authorityKey)

	key := newKey()
	server := template("localhost")
	server.DNSNames = []string{"localhost"}
	server.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	server.KeyUsage = x509.KeyUsageDigitalSignature
	server.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	serverBytes := sign(server, authority, key, authorityKey)

	keyBytes, err := x509.MarshalPKCS8PrivateKey(key)
	check(err)
	write(folder, "ca.pem", "CERTIFICATE", authorityBytes)
	write(folder, "cert.pem", "CERTIFICATE", serverBytes)
	write(folder, "key.pem", "PRIVATE KEY", keyBytes)
}

func newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	return key
}

func template(name string) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	check(err)
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
	}
}

func sign(certificate, parent *x509.Certificate, key, parentKey *ecdsa.PrivateKey) []byte {
	bytes, err := x509.CreateCertificate(rand.Reader, certificate, parent, &key.PublicKey, parentKey)
	check(err)
	return bytes
}

func write(folder, name, kind string, bytes []byte) {
	text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes})
	check(os.WriteFile(filepath.Join(folder, name), text, 0o600))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
