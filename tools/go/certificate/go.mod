// A certificate for tests that speak TLS on loopback.
module plumbline.dev/tools/certificate

go 1.26.0
