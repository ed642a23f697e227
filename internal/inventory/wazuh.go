// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"martinella/internal/platform/fault"
)

// wazuhPage is how many records one answer of a Wazuh manager is asked for; its
// own limit is 500 unless configured otherwise.
const wazuhPage = 500

// maxWazuhAnswer bounds one answer, in bytes.
const maxWazuhAnswer = 16 << 20

// maxWazuhAgents bounds how many agents are read of one manager.
const maxWazuhAgents = 20_000

// wazuhClient reads a Wazuh manager's API (4.x): a token for name and password,
// then agents, and each one's operating system and packages, page by page.
type wazuhClient struct {
	http     *http.Client
	base     string
	user     string
	password string
	token    string
	// pause waits before asking again a manager that is asked too often.
	pause func(ctx context.Context, d time.Duration) error
}

// wazuhAnswer is what every list of the API is in.
type wazuhAnswer struct {
	Data struct {
		Items []json.RawMessage `json:"affected_items"`
		Total int               `json:"total_affected_items"`
		Token string            `json:"token"`
	} `json:"data"`
}

type wazuhAgent struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	IP   string `json:"ip"`
}

// write writes all the manager knows as one document that intake.Wazuh reads.
// It fails as a whole when one page cannot be had: half an inventory would make
// the rest look gone.
func (c *wazuhClient) write(ctx context.Context, out io.Writer) error {
	if err := c.authenticate(ctx); err != nil {
		return err
	}
	if _, err := io.WriteString(out, `{"agents":[`); err != nil {
		return err
	}
	n := 0
	err := c.each(ctx, "/agents", url.Values{"select": {"id,name,ip"}, "sort": {"+id"}}, func(raw json.RawMessage) error {
		var a wazuhAgent
		if err := json.Unmarshal(raw, &a); err != nil {
			return wazuhFault("answer").Because(err)
		}
		if n++; n > maxWazuhAgents {
			return fault.New(fault.Invalid, "inventory.import.many_hosts", fault.P{"limit": maxWazuhAgents})
		}
		return c.agent(ctx, out, a, n > 1)
	})
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, "]}")
	return err
}

// agent writes one agent's system and packages.
func (c *wazuhClient) agent(ctx context.Context, out io.Writer, a wazuhAgent, comma bool) error {
	if _, err := strconv.ParseUint(a.ID, 10, 32); err != nil {
		return wazuhFault("answer").Because(err)
	}
	var packages []json.RawMessage
	var system json.RawMessage
	collect := func(to *[]json.RawMessage) func(json.RawMessage) error {
		return func(raw json.RawMessage) error { *to = append(*to, raw); return nil }
	}
	var systems []json.RawMessage
	if err := c.each(ctx, "/syscollector/"+a.ID+"/os", url.Values{}, collect(&systems)); err != nil {
		return err
	}
	if len(systems) > 0 {
		system = systems[0]
	}
	fields := url.Values{"select": {"name,version,vendor,format,architecture"}}
	if err := c.each(ctx, "/syscollector/"+a.ID+"/packages", fields, collect(&packages)); err != nil {
		return err
	}
	doc := map[string]any{"agent_id": a.ID, "agent_name": a.Name, "agent_ip": a.IP, "packages": packages}
	if len(packages) > 0 {
		doc["complete"] = true // an agent that has not reported yet has lost nothing
	}
	text, err := json.Marshal(doc)
	if err != nil {
		return fmt.Errorf("writing an agent: %w", err)
	}
	parts := []string{string(text)}
	if system != nil { // a record of its own, before the packages
		var about map[string]any
		if err := json.Unmarshal(system, &about); err != nil {
			return wazuhFault("answer").Because(err)
		}
		about["agent_id"], about["agent_name"] = a.ID, a.Name
		if text, err = json.Marshal(about); err != nil {
			return fmt.Errorf("writing an agent: %w", err)
		}
		parts = append(parts, string(text))
	}
	lead := ""
	if comma {
		lead = ","
	}
	_, err = io.WriteString(out, lead+strings.Join(parts, ","))
	return err
}

// authenticate gets a token for name and password.
func (c *wazuhClient) authenticate(ctx context.Context) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/security/user/authenticate", nil)
	if err != nil {
		return wazuhFault("answer").Because(err)
	}
	r.SetBasicAuth(c.user, c.password)
	var a wazuhAnswer
	if err := c.do(r, &a); err != nil {
		return err
	}
	if a.Data.Token == "" {
		return wazuhFault("answer")
	}
	c.token = a.Data.Token
	return nil
}

// each goes through all pages of a list.
func (c *wazuhClient) each(ctx context.Context, path string, q url.Values, f func(json.RawMessage) error) error {
	for offset := 0; ; {
		q.Set("limit", strconv.Itoa(wazuhPage))
		q.Set("offset", strconv.Itoa(offset))
		a, err := c.page(ctx, path+"?"+q.Encode())
		if err != nil {
			return err
		}
		for _, raw := range a.Data.Items {
			if err := f(raw); err != nil {
				return err
			}
		}
		offset += len(a.Data.Items)
		if len(a.Data.Items) == 0 || offset >= a.Data.Total {
			return nil
		}
	}
}

// page gets one answer. A token that ran out is got anew, once; a manager that
// says "too many" is left alone for a minute, some times.
func (c *wazuhClient) page(ctx context.Context, path string) (a wazuhAnswer, err error) {
	renewed := false
	for tries := 0; ; tries++ {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
		if err != nil {
			return a, wazuhFault("answer").Because(err)
		}
		r.Header.Set("Authorization", "Bearer "+c.token)
		err = c.do(r, &a)
		switch code := fault.Of(err).Code; {
		case code == "inventory.source.password" && !renewed:
			renewed = true
			if err := c.authenticate(ctx); err != nil {
				return a, err
			}
		case code == "inventory.source.busy" && tries < 5:
			if err := c.pause(ctx, time.Minute); err != nil {
				return a, err
			}
		default:
			return a, err
		}
	}
}

// do sends a request and reads the answer. Nothing of the request gets into errors: it has the password in it.
func (c *wazuhClient) do(r *http.Request, into *wazuhAnswer) error {
	res, err := c.http.Do(r)
	if err != nil {
		var f *fault.Error
		if errors.As(err, &f) {
			return f
		}
		return wazuhFault("unreachable").Because(err)
	}
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusUnauthorized, http.StatusForbidden:
		return wazuhFault("password")
	case http.StatusTooManyRequests:
		return wazuhFault("busy")
	default:
		return fault.New(fault.Unavailable, "inventory.source.status", fault.P{"status": res.StatusCode})
	}
	text, err := io.ReadAll(io.LimitReader(res.Body, maxWazuhAnswer+1))
	if err != nil {
		return wazuhFault("unreachable").Because(err)
	}
	if len(text) > maxWazuhAnswer {
		return wazuhFault("answer")
	}
	if err := json.Unmarshal(text, into); err != nil {
		return wazuhFault("answer").Because(err)
	}
	return nil
}

func wazuhFault(what string) *fault.Error {
	return fault.New(fault.Unavailable, "inventory.source."+what)
}
