// SPDX-License-Identifier: EUPL-1.2

// Command gallery shows every component of the design system with invented
// content, for looking at them while working on the styles:
//
//	go run ./web/ui/gallery -listen 127.0.0.1:8099
//
// Its tests drive a browser over the same pages: accessibility, both themes,
// narrow windows, the policy against inline styles and scripts.
package main

import (
	"flag"
	"log"
	"net/http"
	"time"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8099", "address to listen on")
	flag.Parse()
	h, err := newHandler()
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("gallery on http://%s/", *listen)
	server := &http.Server{Addr: *listen, Handler: h, ReadHeaderTimeout: 5 * time.Second}
	log.Fatal(server.ListenAndServe())
}
