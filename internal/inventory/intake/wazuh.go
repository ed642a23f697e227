// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"strconv"
	"strings"

	"martinella/internal/platform/fault"
)

// Wazuh reads what a Wazuh manager and its indexer answer, and what its agents
// send: packages, operating systems and installed updates (syscollector), in the
// answer of the API ("data.affected_items"), of the indexer ("hits.hits"), as
// messages of the vulnerability detector ("data_values"), or by agent number. Several
// answers may follow one another. Of vulnerability findings the package is taken.
func Wazuh(src Source, sink Sink) error {
	w, err := openJSON(src)
	if err != nil {
		return err
	}
	defer w.Close()
	z := &wazuh{jsonWalk: w, sink: sink, agents: map[string]bool{}, told: map[string]bool{}, names: map[string]string{}}
	for !w.end() {
		if err := z.value(map[string]string{}, 0); err != nil {
			return w.readable(err)
		}
	}
	if err := w.trailing(); err != nil {
		return w.readable(err)
	}
	if !z.known {
		return fault.New(fault.Invalid, "inventory.import.not_wazuh")
	}
	return nil
}

type wazuh struct {
	*jsonWalk
	sink   Sink
	line   int
	known  bool // something of Wazuh's was in it
	agents map[string]bool
	told   map[string]bool
	names  map[string]string // of agents, to the number of the first that has it
}

// wazuhLists are the names under which records stand.
var wazuhLists = map[string]bool{
	"data": true, "affected_items": true, "hits": true, "data_values": true, "data_context": true, "packages": true, "os": true,
	"hotfixes": true, "items": true, "agents": true,
}

// value reads a list of records, or an object that is one or leads to some.
// inherited is what stands further out: the agent.
func (z *wazuh) value(inherited map[string]string, depth int) error {
	if depth > 12 {
		return fault.New(fault.Invalid, "inventory.import.deep")
	}
	switch z.dec.PeekKind() {
	case '[':
		return z.array(func() error { return z.value(inherited, depth+1) })
	case '{':
		return z.record(inherited, depth)
	}
	return z.skip()
}

// record reads an object: its plain values, and the lists inside.
func (z *wazuh) record(inherited map[string]string, depth int) error {
	v := map[string]string{}
	for k, s := range inherited {
		v[k] = s
	}
	err := z.object(func(name string) error {
		switch {
		case wazuhLists[name] && (z.dec.PeekKind() == '[' || z.dec.PeekKind() == '{') && !(name == "os" && v["agent.id"] == "" && z.dec.PeekKind() == '{'):
			z.known = true
			return z.value(agentOf(v), depth+1)
		case agentNumber(name) && (z.dec.PeekKind() == '[' || z.dec.PeekKind() == '{'):
			z.known = true
			inner := agentOf(v)
			inner["agent.id"] = name
			return z.value(inner, depth+1)
		case name == "Start":
			return z.start(v)
		case z.dec.PeekKind() == '{':
			prefix := name + "."
			if name == "_source" || name == "payload" || name == "scan" {
				prefix = ""
			}
			return z.flatten(v, prefix, 4)
		}
		s, err := z.text()
		if s != "" && len(v) < 200 {
			v[name] = s
		}
		return err
	})
	if err != nil {
		return err
	}
	return z.take(v)
}

// start reads the header of an agent's message.
func (z *wazuh) start(v map[string]string) error {
	head, err := z.flat()
	z.known = true
	v["agent.id"], v["agent.name"] = head["agentid"], firstOf(head["hostname"], head["agentname"])
	v["head.os"], v["head.version"], v["head.type"] = head["osname"], head["osversion"], head["ostype"]
	if err == nil && v["agent.name"] != "" {
		err = z.agent(v, strings.TrimSpace(head["osname"]+" "+head["osversion"]))
	}
	return err
}

// agentOf is what the records inside inherit.
func agentOf(v map[string]string) map[string]string {
	return map[string]string{"agent.id": firstOf(v["agent.id"], v["agent_id"]), "agent.name": firstOf(v["agent.name"], v["agent_name"]),
		"agent_ip": firstOf(v["agent_ip"], v["agent.ip"]), "complete": v["complete"]}
}

// take hands over what a record is of: a package, a system, or neither.
func (z *wazuh) take(v map[string]string) error {
	v["agent.id"] = firstOf(v["agent.id"], v["agent_id"])
	v["agent.name"] = firstOf(v["agent.name"], v["agent_name"], v["hostname"], v["host.hostname"])
	if v["operation"] == "delete" {
		return nil
	}
	if os := systemName(v); os.name != "" {
		z.known = true
		if err := z.agent(v, strings.TrimSpace(os.name+" "+os.version)); err != nil {
			return err
		}
		return z.row(v, map[Field]string{Label: os.name, Version: os.version})
	}
	name, version := v["package.name"], v["package.version"]
	if name == "" && (v["format"] != "" || v["architecture"] != "" || v["cve"] != "") {
		name, version = v["name"], v["version"]
	}
	if name == "" {
		return z.agent(v, "")
	}
	z.known = true
	vendor := firstOf(v["package.vendor"], v["vendor"])
	return z.row(v, map[Field]string{Label: name, Version: version, Publisher: vendor})
}

// release is an operating system and its version.
type release struct{ name, version string }

// systemName finds the operating system of a record that is about one.
func systemName(v map[string]string) release {
	if n := v["os_name"]; n != "" { // syscollector's database
		return release{n, windowsBuild(n, v["os_version"], v["os_build"])}
	}
	if n := v["os.name"]; n != "" && v["package.name"] == "" { // the API
		return release{n, windowsBuild(n, v["os.version"], v["os.build"])}
	}
	if n := v["host.os.name"]; n != "" && v["package.name"] == "" { // the indexer
		version := v["host.os.version"]
		if major := v["host.os.major"]; major != "" && strings.Trim(version, "0123456789.") != "" {
			version = strings.TrimSuffix(major+"."+v["host.os.minor"], ".")
		}
		return release{n, windowsBuild(n, version, v["host.os.build"])}
	}
	return release{}
}

// windowsBuild joins a version and its build where the version lacks it.
func windowsBuild(name, version, build string) string {
	version, _, _ = strings.Cut(version, " ") // "22.04.3 LTS (Jammy Jellyfish)"
	if strings.Contains(name, "Windows") && build != "" && !strings.Contains(version, build) {
		return version + "." + build
	}
	return version
}

func (z *wazuh) agent(v map[string]string, os string) error {
	h := Host{Name: z.hostName(v), OS: os, Kind: kindOf("", os), Hostnames: []string{firstOf(v["hostname"], v["host.hostname"])},
		Addresses: []string{address(firstOf(v["agent_ip"], v["agent.ip"], v["ip"]))}}
	if id := v["agent.id"]; id != "" {
		h.Key = "wazuh:" + id
		if n := v["agent.name"]; n != "" {
			h.Key += ":" + n
		}
	}
	h.Complete = v["complete"] == "true"
	if h.Name == "" || z.agents[h.Name+os] {
		return nil
	}
	if len(z.agents) >= maxHosts {
		return fault.New(fault.Invalid, "inventory.import.many_hosts", fault.P{"limit": maxHosts})
	}
	z.agents[h.Name+os] = true
	z.known = true
	return z.sink.host(h)
}

func (z *wazuh) hostName(v map[string]string) string {
	name := v["agent.name"]
	if name == "" && v["agent.id"] != "" {
		name = "agent " + v["agent.id"]
	}
	if id := v["agent.id"]; name != "" && id != "" && len(z.names) < maxHosts {
		if first, ok := z.names[name]; !ok {
			z.names[name] = id
		} else if first != id {
			name += " (" + id + ")" // two agents of one name
		}
	}
	return clip(Asset, name)
}

func (z *wazuh) row(v map[string]string, values map[Field]string) error {
	if err := z.agent(v, ""); err != nil {
		return err
	}
	values[Asset] = z.hostName(v)
	key := strings.Join([]string{values[Asset], values[Label], values[Version]}, "\n")
	if z.told[key] {
		return nil
	}
	if len(z.told) < 1_000_000 {
		z.told[key] = true
	}
	z.line++
	_, err := z.sink.product(z.line, values)
	return err
}

// number reads a count of an answer; 0 when it is none.
func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
