// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// channelContract calls what is about the secure channel.
func channelContract(c *contract) {
	people := c.call(200, "list-channel-people", asked{}).items()
	if len(people) < 2 {
		c.t.Fatalf("%v", people)
	}
	draft := m{"subject": "Accesso sospetto", "tlp": "TLP:AMBER", "life": 30, "text": "Vi mando il registro.", "files": []any{channelUpload(c)}}
	key := map[string]string{"Idempotency-Key": "channel-1"}
	made := c.call(201, "start-conversation", asked{Body: draft, Header: key})
	if again := c.call(201, "start-conversation", asked{Body: draft, Header: key}); again.id("id") != made.id("id") || again.id("messages") != "1" {
		c.t.Errorf("%v", again.Body)
	}
	c.call(422, "start-conversation", asked{Body: m{"subject": "x", "tlp": "TLP:RED", "life": 30, "text": "x"}})
	c.call(422, "start-conversation", asked{Body: m{"subject": "x", "tlp": "TLP:GREEN", "life": 30}})
	path, theirs := map[string]string{"id": made.id("id")}, map[string]string{"org": "c_x102", "id": made.id("id")}
	csirt := func(q asked) asked { q.As, q.Path = "analyst", path; return q }
	if got := c.call(200, "get-conversation", csirt(asked{})); got.get("unread") != true {
		c.t.Errorf("%v", got.Body)
	}
	said := c.call(200, "list-messages", csirt(asked{})).items()
	if len(said) != 1 {
		c.t.Fatalf("%v", said)
	}
	if got := c.call(200, "get-conversation", csirt(asked{})); got.get("unread") != false {
		c.t.Errorf("what was read is not: %v", got.Body)
	}
	c.call(200, "write-message", csirt(asked{Body: m{"text": "Grazie, lo guardiamo."}}))
	first := c.call(200, "list-messages", asked{Path: path, Query: url.Values{"limit": {"1"}}})
	second := c.call(200, "list-messages", asked{Path: path, Query: url.Values{"limit": {"1"}, "cursor": {fmt.Sprint(first.get("next_cursor"))}}})
	if len(second.items()) != 1 || second.get("next_cursor") != nil || first.items()[0].(m)["side"] != "csirt" {
		c.t.Fatalf("pages %v and %v", first.Body, second.Body)
	}
	if read := second.items()[0].(m)["read"].([]any); len(read) != 1 || read[0].(m)["side"] != "csirt" {
		c.t.Errorf("nobody has read it: %v", second.Body)
	}
	file := answered{Body: second.items()[0].(m)["files"].([]any)[0]}.id("id")
	if got := c.call(200, "get-channel-file", asked{Path: map[string]string{"id": made.id("id"), "file": file}}); got.Body != "riga" || got.Header.Get("Content-Disposition") != "attachment; filename=registro.txt" {
		c.t.Errorf("%v", got.Body)
	}
	c.call(404, "get-channel-file", asked{As: "org_admin@c_x102", Path: map[string]string{"org": "c_x102", "id": made.id("id"), "file": file}})
	for _, id := range []string{"get-conversation", "list-messages", "close-conversation", "reopen-conversation", "erase-conversation"} {
		c.call(404, id, asked{As: "org_admin@c_x102", Path: theirs})
	}
	c.call(404, "write-message", asked{As: "org_admin@c_x102", Path: theirs, Body: m{"text": "x"}})
	if got := c.call(200, "list-conversations", asked{As: "org_admin@c_x102", Path: map[string]string{"org": "c_x102"}}); len(got.items()) != 0 {
		c.t.Errorf("%v", got.Body)
	}
	if got := c.call(200, "list-conversations", asked{}); len(got.items()) != 1 {
		c.t.Errorf("%v", got.Body)
	}
	if got := c.call(200, "list-all-conversations", asked{As: "analyst"}); len(got.items()) != 1 || got.items()[0].(m)["organisation"] != "c_x101" {
		c.t.Errorf("%v", got.Body)
	}
	c.call(404, "list-all-conversations", asked{})
	if got := c.call(200, "close-conversation", asked{Path: path}); got.get("closed") == nil {
		c.t.Errorf("%v", got.Body)
	}
	if got := c.call(200, "reopen-conversation", asked{Path: path}); got.get("closed") != nil {
		c.t.Errorf("%v", got.Body)
	}
	c.call(403, "erase-conversation", csirt(asked{}))
	if got := c.call(200, "erase-conversation", asked{Path: path}); got.get("erased") == nil || got.get("subject") != "" {
		c.t.Errorf("%v", got.Body)
	}
	c.call(409, "write-message", asked{Path: path, Body: m{"text": "x"}})
	redContract(c, people)
}

// redContract has a conversation for named people: nobody else finds it, on either side.
func redContract(c *contract, people []any) {
	analyst := int64(0)
	for _, x := range people {
		if x.(m)["name"] == "analyst" {
			analyst, _ = x.(m)["id"].(json.Number).Int64()
		}
	}
	made := c.call(201, "start-conversation", asked{Body: m{"subject": "Riservato", "tlp": "TLP:RED", "life": 7, "text": "Solo per voi.", "named": []int64{analyst}, "files": []any{
		c.call(201, "upload-channel-file", asked{Raw: "riga", Query: url.Values{"filename": {"rosso.txt"}}, Header: map[string]string{"Content-Type": "application/octet-stream"}}).get("id")}}})
	path := map[string]string{"id": made.id("id")}
	said := c.call(200, "list-messages", asked{As: "analyst", Path: path})
	file := map[string]string{"id": made.id("id"), "file": answered{Body: said.items()[0].(m)["files"].([]any)[0]}.id("id")}
	c.call(200, "get-channel-file", asked{As: "analyst", Path: file})
	for _, other := range []string{"org_security@c_x101", "administrator", "csirt_manager", "operator"} {
		for _, id := range []string{"get-conversation", "list-messages", "close-conversation", "reopen-conversation", "erase-conversation"} {
			c.call(404, id, asked{As: other, Path: path})
		}
		c.call(404, "write-message", asked{As: other, Path: path, Body: m{"text": "x"}})
		c.call(404, "get-channel-file", asked{As: other, Path: file})
		lists := []answered{c.call(200, "list-conversations", asked{As: other})}
		if !strings.Contains(other, "@") {
			lists = append(lists, c.call(200, "list-all-conversations", asked{As: other}))
		}
		for _, list := range lists {
			if strings.Contains(fmt.Sprint(list.Body), "Riservato") {
				c.t.Errorf("%s sees it in a list: %v", other, list.Body)
			}
		}
	}
}

// channelUpload sends a file that a message is to name, and those that are refused.
func channelUpload(c *contract) any {
	binary := func(key string) map[string]string {
		return map[string]string{"Content-Type": "application/octet-stream", "Idempotency-Key": key}
	}
	named := url.Values{"filename": {"registro.txt"}}
	got := c.call(201, "upload-channel-file", asked{Raw: "riga", Query: named, Header: binary("file-1")})
	if got.get("scan") != "unscanned" || got.get("name") != "registro.txt" || fmt.Sprint(got.get("size")) != "4" {
		c.t.Errorf("%v", got.Body)
	}
	if again := c.call(201, "upload-channel-file", asked{Raw: "riga", Query: named, Header: binary("file-1")}); again.id("id") != got.id("id") {
		c.t.Errorf("%v", again.Body)
	}
	c.count(1, "SELECT count(*) FROM channel_upload")
	c.count(1, "SELECT count(*) FROM blob WHERE state = 'pending'")
	c.call(422, "upload-channel-file", asked{Raw: "altro", Query: named, Header: binary("file-1")})
	c.call(422, "upload-channel-file", asked{Raw: "senza nome", Header: binary("file-2")})
	c.call(415, "upload-channel-file", asked{Raw: "{}", Query: named, Header: map[string]string{"Content-Type": "application/json"}})
	c.call(403, "upload-channel-file", asked{As: "org_leader@c_x101", Raw: "x", Query: named, Header: binary("file-3")})
	c.call(404, "upload-channel-file", asked{As: "org_admin@c_x102", Raw: "x", Query: named, Header: binary("file-4")})
	large := strings.Repeat("x", 50<<20)
	c.call(201, "upload-channel-file", asked{Raw: large, Query: url.Values{"filename": {"grande.iso"}}, Header: binary("file-5")})
	c.call(413, "upload-channel-file", asked{Raw: large + "x", Query: named, Header: binary("file-6")})
	c.call(413, "upload-channel-file", asked{Raw: large + strings.Repeat("x", 2000), Query: named, Header: binary("file-7")})
	theirs := c.call(201, "upload-channel-file", asked{As: "analyst", Raw: "x", Query: named, Header: binary("file-8")})
	c.call(422, "start-conversation", asked{Body: m{"subject": "x", "tlp": "TLP:GREEN", "life": 30, "files": []any{theirs.get("id")}}})
	return got.get("id")
}
