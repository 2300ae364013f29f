package wechatbox

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"time"
)

// authority vouches for the hosts of web WeChat and, by its constraints, for nothing else: a machine that trusts it by mistake
// loses little. It is made at random, and kept beside the world file.
type authority struct {
	pem  []byte // the certificate alone
	host tls.Certificate
}

const authorityYears = 10

// newAuthority reads the authority from path, or makes one; path "" keeps it in memory.
func newAuthority(path string) (*authority, error) {
	key, cert, err := readAuthority(path)
	if errors.Is(err, os.ErrNotExist) {
		key, cert, err = makeAuthority(path)
	}
	if err != nil {
		return nil, fmt.Errorf("wechatbox: the certificate authority: %w", err)
	}
	host, err := makeHostCert(key, cert)
	if err != nil {
		return nil, fmt.Errorf("wechatbox: the certificate of the hosts: %w", err)
	}
	return &authority{pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}), host}, nil
}

func readAuthority(path string) (*ecdsa.PrivateKey, *x509.Certificate, error) {
	if path == "" {
		return nil, nil, os.ErrNotExist
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	keyBlock, rest := pem.Decode(data)
	certBlock, _ := pem.Decode(rest)
	if keyBlock == nil || certBlock == nil {
		return nil, nil, fmt.Errorf("%s holds no key and certificate; remove it to have new ones", path)
	}
	key, err := x509.ParseECPrivateKey(keyBlock.Bytes)
	if err != nil {
		return nil, nil, err
	}
	cert, err := x509.ParseCertificate(certBlock.Bytes)
	return key, cert, err
}

func makeAuthority(path string) (*ecdsa.PrivateKey, *x509.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "WeChat in a box"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(authorityYears, 0, 0), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, MaxPathLenZero: true,
		PermittedDNSDomainsCritical: true, PermittedDNSDomains: []string{"qq.com"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, err
	}
	return key, cert, writeAuthority(path, key, cert)
}

func writeAuthority(path string, key *ecdsa.PrivateKey, cert *x509.Certificate) error {
	if path == "" {
		return nil
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	for _, block := range []*pem.Block{{Type: "EC PRIVATE KEY", Bytes: keyDER}, {Type: "CERTIFICATE", Bytes: cert.Raw}} {
		if err := pem.Encode(&out, block); err != nil {
			return err
		}
	}
	if err := os.WriteFile(path+".new", out.Bytes(), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func makeHostCert(ca *ecdsa.PrivateKey, caCert *x509.Certificate) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: hostMain},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, DNSNames: []string{hostLogin, hostQR, hostMain, hostFile, hostPush},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, caCert, &key.PublicKey, ca)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der, caCert.Raw}, PrivateKey: key}, nil
}
