import Core

/// The values of Secrets in manifests of Kubernetes: YAML and JSON as files and `kubectl` have them, objects of the Python client, one line
/// an event as logs have them.
///
/// `kubectl get` writes `data` before `kind`. Where the kind stands within a look, it decides; where it does not, what is base64 counts.
extension WindowScan {
    /// From where on what holds of manifests, and what.
    typealias ManifestStep = (place: Int, zone: ManifestZone)

    private static let nameMax = 253
    /// A value of `stringData` that is longer is replaced whatever it looks like.
    private static let keptMax = 512

    /// Notes `kind: Secret`, of which the last word stands at `word`.
    func noteKind(_ text: Span<UInt8>, _ word: Int) {
        let name: StaticString = "Secret"
        for at in 0..<6 where text[word + at] != name.utf8Start[at] { return }
        var at = word - 1
        let floor = max(0, word - 16)
        while at > floor, text[at] == 0x20 || text[at] == 0x22 || text[at] == 0x27 { at -= 1 }
        guard at > floor, text[at] == 0x3A else { return }
        at -= 1
        while at > floor, text[at] == 0x22 || text[at] == 0x27 || text[at] == 0x20 { at -= 1 }
        guard at >= 3, text[at] == 0x64, text[at - 1] == 0x6E, text[at - 2] == 0x69, text[at - 3] == 0x6B else { return }
        manifestLabels.append(at - 3)
    }

    // MARK: Walking

    /// Finds the values of the open manifest and of those whose labels were noted.
    func findManifests(_ text: Span<UInt8>, _ region: Int) {
        manifestLabels.sort()
        var walk = ManifestWalk(zone: openManifest, since: region - openManifest.age)
        walk.at = openManifest.isOpen ? max(0, region - min(openManifest.age, Limits.redactionAnchorBytes)) : text.count
        if walk.zone.phase == .rest { walk.at = max(walk.at, walk.since, 0) }
        if walk.zone.block >= 0, walk.at == 0, isAtStart { takeBlockLine(text, 0, &walk, isFirst: true) }
        var next = 0
        while !walk.isOver {
            if walk.zone.phase == .closed || walk.at >= text.count || walk.at - walk.since > walk.zone.reach {
                if walk.zone.phase != .closed, walk.at >= text.count { return }
                walk.zone = ManifestZone()
                while next < manifestLabels.count, manifestLabels[next] < walk.seen { next += 1 }
                guard next < manifestLabels.count else { return }
                openLabel(text, manifestLabels[next], region, &walk)
                next += 1
                continue
            }
            if walk.zone.phase == .rest {
                takeRest(text, &walk)
                continue
            }
            let byte = text[walk.at]
            if byte == 0x3A {
                takeMember(text, walk.at, &walk)
            } else if byte == 0x0A, walk.zone.block >= 0 {
                takeBlockLine(text, walk.at + 1, &walk, isFirst: false)
            } else {
                if byte == 0x7D, walk.zone.isBraced { enter(.secret, walk.at + 1, &walk) }
                walk.at += 1
            }
            walk.seen = max(walk.seen, walk.at)
        }
    }

    /// What holds of manifests behind the decided part of a window, `cut`.
    func manifestAfter(_ cut: Int, _ region: Int) -> ManifestZone {
        if isPreciseOnly { return openManifest }
        var zone = openManifest
        var place = region - zone.age
        for step in manifestSteps where step.place <= cut {
            zone = step.zone
            place = step.place
        }
        zone.age = min(cut - place, 1 << 20)
        return zone.isOpen ? zone : ManifestZone()
    }

    /// A walk through manifests.
    struct ManifestWalk {
        var zone: ManifestZone
        /// Where that began, or the last value was found.
        var since: Int
        var at = 0
        /// Labels before it were looked at.
        var seen = 0
        /// What follows has to wait.
        var isOver = false
    }

    private func note(_ place: Int, _ walk: inout ManifestWalk) {
        walk.since = place
        manifestSteps.append((place, walk.zone))
    }

    private func enter(_ phase: ManifestZone.Phase, _ place: Int, _ walk: inout ManifestWalk) {
        walk.zone = ManifestZone(phase: phase)
        note(place, &walk)
    }

    private func wait(_ place: Int, _ walk: inout ManifestWalk) {
        hold(place)
        walk.isOver = true
    }

    /// Begins at a label, unless its member was decided before.
    private func openLabel(_ text: Span<UInt8>, _ label: Int, _ region: Int, _ walk: inout ManifestWalk) {
        let limit = min(text.count, label + 64)
        touchedEnd = false
        var at = label
        while at < limit, KeyNames.isPart(text[at]) { at += 1 }
        while byte(text, at, limit) == 0x22 || byte(text, at, limit) == 0x27 || byte(text, at, limit) == 0x20 { at += 1 }
        if touchedEnd, grows(text, limit) { return wait(label, &walk) }
        guard at < limit, text[at] == 0x3A, at >= region else { return }
        takeMember(text, at, &walk)
        walk.seen = max(walk.seen, walk.at)
    }

    // MARK: Members

    /// A name with what stands before its line.
    private struct Member {
        let low: Int
        let high: Int
        let colon: Int
        let isQuoted: Bool
    }

    private func member(_ text: Span<UInt8>, _ colon: Int) -> Member? {
        var high = colon
        if high > 0, text[high - 1] == 0x20 { high -= 1 }
        let isQuoted = high > 0 && (text[high - 1] == 0x22 || text[high - 1] == 0x27)
        if isQuoted { high -= 1 }
        var low = high
        let floor = max(0, high - Self.nameMax)
        while low > floor, KeyNames.isPart(text[low - 1]) { low -= 1 }
        return low < high ? Member(low: low, high: high, colon: colon, isQuoted: isQuoted) : nil
    }

    private func takeMember(_ text: Span<UInt8>, _ colon: Int, _ walk: inout ManifestWalk) {
        walk.at = colon + 1
        guard let member = member(text, colon) else { return }
        let name = text.extracting(member.low..<member.high)
        if ASCII.equals(name, "apiVersion") || ASCII.equals(name, "api_version") {
            // The kind may stand before it.
            if walk.zone.phase != .secret || colon - walk.since > 48 { enter(.object, colon + 1, &walk) }
        } else if ASCII.equals(name, "kind"), takeKind(text, member, &walk) {
            return
        } else if ASCII.equals(name, "data"), walk.zone.phase == .object || walk.zone.phase == .secret {
            openValues(.encoded, text, member, &walk)
        } else if ASCII.equals(name, "stringData") || ASCII.equals(name, "string_data") {
            openValues(.plain, text, member, &walk)
        } else if ASCII.equals(name, "SecretString") {
            openString(text, member, &walk)
        } else if walk.zone.phase == .encoded || walk.zone.phase == .plain {
            takeValue(text, member, &walk)
        }
    }

    /// Reads what kind of object it is; false when that is no name of a kind.
    private func takeKind(_ text: Span<UInt8>, _ member: Member, _ walk: inout ManifestWalk) -> Bool {
        let limit = min(text.count, member.colon + 96)
        touchedEnd = false
        var at = skipBlanks(text, member.colon + 1, limit)
        if byte(text, at, limit) == 0x22 || byte(text, at, limit) == 0x27 { at += 1 }
        let start = at
        while byte(text, at, limit) | 0x20 >= 0x61, byte(text, at, limit) | 0x20 <= 0x7A { at += 1 }
        if touchedEnd, grows(text, limit) {
            wait(member.low, &walk)
            return true
        }
        let word = text.extracting(start..<min(at, limit))
        guard word.count > 0, word[0] &- 0x41 < 26 || ASCII.equals(word, "null") else { return false }
        let phase: ManifestZone.Phase =
            ASCII.equals(word, "Secret") ? .secret : ASCII.equals(word, "None") || ASCII.equals(word, "null") ? .object : .closed
        enter(phase, member.colon + 1, &walk)
        return true
    }

    /// Begins with the values, if what follows is a mapping.
    private func openValues(_ phase: ManifestZone.Phase, _ text: Span<UInt8>, _ member: Member, _ walk: inout ManifestWalk) {
        let limit = min(text.count, member.colon + 96)
        touchedEnd = false
        let at = skipBlanks(text, member.colon + 1, limit)
        let next = byte(text, at, limit)
        if touchedEnd, grows(text, limit) { return wait(member.low, &walk) }
        guard next == 0x7B || next <= 0x0D || next == 0x22 || next == 0x27 else { return }
        if phase == .encoded, walk.zone.phase == .object {
            switch kindAhead(text, member.colon) {
            case .none: return wait(member.low, &walk)
            case .closed: return enter(.closed, member.colon + 1, &walk)
            default: break
            }
        }
        walk.zone = ManifestZone(phase: phase)
        walk.zone.isBraced = next == 0x7B
        let (mark, blanks) = line(text, member)
        walk.zone.mark = mark
        walk.zone.indent = Int32(blanks)
        if mark == 0x22 || mark == 0x27 { walk.zone.markSlashes = Int32(view.slashes(at: member.low - blanks - 1)) }
        note(member.colon + 1, &walk)
        if next == 0x7B { walk.at = at + 1 }
    }

    /// The JSON that a secret of AWS Secrets Manager holds.
    private func openString(_ text: Span<UInt8>, _ member: Member, _ walk: inout ManifestWalk) {
        let limit = min(text.count, member.colon + 96)
        touchedEnd = false
        var at = skipBlanks(text, member.colon + 1, limit)
        if byte(text, at, limit) == 0x22 || byte(text, at, limit) == 0x27 { at += 1 }
        let next = byte(text, at, limit)
        if touchedEnd, grows(text, limit) { return wait(member.low, &walk) }
        guard next == 0x7B else { return }
        walk.zone = ManifestZone(phase: .plain)
        walk.zone.isBraced = true
        note(member.colon + 1, &walk)
        walk.at = at + 1
    }

    /// What kind the object has whose `data` stands at `place`, if that is said within a look; nil when it has to wait.
    private func kindAhead(_ text: Span<UInt8>, _ place: Int) -> ManifestZone.Phase? {
        let limit = min(text.count, place + Limits.redactionLookBytes)
        var at = place
        if kindsSeen.contains(place) { at = kindsSeen.upperBound }
        while at + 6 < limit {
            if text[at] == 0x6B, text[at + 1] == 0x69, text[at + 2] == 0x6E, text[at + 3] == 0x64, !KeyNames.isPart(text[at - 1]) {
                var behind = at + 4
                if text[behind] == 0x22 || text[behind] == 0x27 { behind += 1 }
                if text[behind] == 0x3A {
                    kindsSeen = min(kindsSeen.lowerBound, place)..<at
                    if at + 32 > text.count, !isFinal { return nil }
                    behind = skipBlanks(text, behind + 1, limit)
                    if behind < limit, text[behind] == 0x22 || text[behind] == 0x27 { behind += 1 }
                    let word = text.extracting(behind..<min(behind + 6, text.count))
                    if ASCII.equals(word, "Secret") { return .secret }
                    return word.count > 0 && word[0] &- 0x41 < 26 && !(word.count > 3 && ASCII.equals(word.extracting(0..<4), "None"))
                        ? .closed : .object
                }
            }
            at += 1
        }
        kindsSeen = place..<max(place, at)
        return grows(text, limit) ? nil : .object
    }

    /// The byte before the blanks that a member's line begins with, and how many those are.
    private func line(_ text: Span<UInt8>, _ member: Member) -> (mark: UInt8, blanks: Int) {
        var at = member.isQuoted && member.low > 0 ? member.low - 1 : member.low
        let end = at
        let floor = max(0, end - 256)
        while at > floor, text[at - 1] == 0x20 { at -= 1 }
        let mark = at > 0 ? text[at - 1] : 0x0A
        guard mark == 0x2D, at > 1 else { return (mark, end - at) }
        // An item of a list: the next member stands below this one.
        var dash = at - 1
        while dash > floor, text[dash - 1] == 0x20 { dash -= 1 }
        let isItem = dash == 0 || text[dash - 1] == 0x0A
        return isItem ? (0x0A, end - dash) : (mark, end - at)
    }

    // MARK: Values

    private func takeValue(_ text: Span<UInt8>, _ member: Member, _ walk: inout ManifestWalk) {
        if !walk.zone.isBraced {
            let (mark, blanks) = line(text, member)
            let isInside = mark == walk.zone.mark && blanks > Int(walk.zone.indent)
            if !isInside {
                let isBeside = mark == walk.zone.mark && !(member.isQuoted && mark == 0x22) && (text[member.low] | 0x20) &- 0x61 < 26
                if isBeside { return enter(.secret, member.colon + 1, &walk) }
                if walk.zone.phase == .plain { return }
            }
            let limit = min(text.count, member.colon + 96)
            touchedEnd = false
            let at = skipBlanks(text, member.colon + 1, limit)
            let next = byte(text, at, limit)
            if touchedEnd, grows(text, limit) { return wait(member.low, &walk) }
            if next == 0x7C || next == 0x3E {
                walk.zone.block = Int32(blanks)
                return note(member.colon + 1, &walk)
            }
        }
        walk.zone.block = -1
        if walk.zone.phase == .encoded { takeEncoded(text, member, &walk) } else { takePlain(text, member, &walk) }
    }

    private func takeEncoded(_ text: Span<UInt8>, _ member: Member, _ walk: inout ManifestWalk) {
        var at = skipBlanks(text, member.colon + 1, min(text.count, member.colon + 96))
        if at < text.count, text[at] == 0x62, at + 1 < text.count, text[at + 1] == 0x27 { at += 1 }
        if at < text.count, text[at] == 0x22 || text[at] == 0x27 { at += 1 }
        guard let end = encodedEnd(text, at) else { return wait(member.low, &walk) }
        if end > at { addEncoded(text, at, end, anchor: member.low, &walk) }
    }

    /// Where base64 ends that begins at `start`; nil when that is still to come.
    private func encodedEnd(_ text: Span<UInt8>, _ start: Int) -> Int? {
        let limit = min(text.count, start + Limits.redactionLookBytes)
        var end = start
        while end < limit, EncodedValue.isStandard(text[end]) || text[end] == 0x3D { end += 1 }
        if end == limit { return grows(text, limit) ? nil : end }
        switch text[end] {
        case 0...0x20, 0x22, 0x27, 0x2C, 0x7D, 0x23, 0x5C: return end
        default: return start
        }
    }

    private func addEncoded(_ text: Span<UInt8>, _ start: Int, _ end: Int, anchor: Int, _ walk: inout ManifestWalk) {
        let isCut = end - start == Limits.redactionLookBytes && end < text.count
        let run = text.extracting(start..<end)
        guard EncodedValue.isValue(run, isCut: isCut) else { return }
        var finding = Finding(start, end, kind: GrammarKind.secret.rawValue, rank: Finding.Rank.key, anchor: anchor)
        if let plain = EncodedValue.decode(run) { finding.tag = tag(ofText: plain.span) }
        if isCut { extend(&finding, text) }
        findings.append(finding)
        walk.at = max(walk.at, finding.end)
        if isCut { enterRest(finding.end, &walk) } else { note(walk.at, &walk) }
    }

    private func enterRest(_ place: Int, _ walk: inout ManifestWalk) {
        walk.zone.after = walk.zone.phase
        walk.zone.phase = .rest
        walk.at = place
        note(place, &walk)
    }

    private func takePlain(_ text: Span<UInt8>, _ member: Member, _ walk: inout ManifestWalk) {
        let limit = min(text.count, member.colon + Limits.redactionLookBytes)
        let start = skipBlanks(text, member.colon + 1, limit)
        touchedEnd = false
        var value = Value(start: start, end: start, isQuoted: false, isMember: true, separator: .colon)
        let next = byte(text, start, limit)
        let isText = (next == 0x22 || next == 0x27) && !closes(text, start, walk.zone) && quoted(text, start, limit, &value)
        if !isText { endOfLine(text, limit, &value, walk.zone) }
        if touchedEnd, grows(text, limit) { return wait(member.low, &walk) }
        guard value.end > value.start else { return note(member.colon + 1, &walk) }
        let isCut = value.end == limit && limit < text.count
        let bytes = text.extracting(value.start..<value.end)
        walk.at = max(walk.at, value.end)
        // What stands inside of a value is not looked at by itself, from wherever the next window begins.
        note(walk.at, &walk)
        if value.end - value.start <= Self.keptMax,
            ValueShape.isPlaceholder(bytes) || ManifestLevel.isHarmless(text.extracting(member.low..<member.high))
        {
            return
        }
        addPlain(text, value.start..<value.end, anchor: member.low, isCut: isCut)
        guard isCut, let last = findings.last else { return }
        walk.zone.quote = isText ? text[start] : 0
        walk.zone.slashes = Int32(isText ? view.slashes(at: start) : 0)
        enterRest(last.end, &walk)
    }

    /// Reads a value without quotes, to the end of the line or of what the line stands in.
    private func endOfLine(_ text: Span<UInt8>, _ limit: Int, _ value: inout Value, _ zone: ManifestZone) {
        var at = value.start
        while true {
            let next = byte(text, at, limit)
            if next < 0x20 && next != 0x09 { break }
            if zone.isBraced ? next == 0x2C || next == 0x7D : closes(text, at, zone) { break }
            if next == 0x20, byte(text, at + 1, limit) == 0x23 { break }
            at += 1
        }
        value.end = min(at, limit)
        while value.end > value.start, value.end < limit, text[value.end - 1] == 0x20 { value.end -= 1 }
    }

    /// Whether what the lines stand in ends at `place`: a string of JSON that is the event of a log.
    private func closes(_ text: Span<UInt8>, _ place: Int, _ zone: ManifestZone) -> Bool {
        guard !zone.isBraced, text[place] == zone.mark, zone.mark == 0x22 || zone.mark == 0x27 else { return false }
        return view.slashes(at: place) <= Int(zone.markSlashes)
    }

    private func addPlain(_ text: Span<UInt8>, _ place: Range<Int>, anchor: Int, isCut: Bool) {
        var finding = Finding(
            place.lowerBound, place.upperBound, kind: GrammarKind.secret.rawValue, rank: Finding.Rank.key, anchor: anchor)
        finding.isStrong = true
        if isCut { extend(&finding, text) }
        findings.append(finding)
    }

    /// A line below a name whose value is a block of lines.
    private func takeBlockLine(_ text: Span<UInt8>, _ start: Int, _ walk: inout ManifestWalk, isFirst: Bool) {
        let limit = min(text.count, start + Limits.redactionLookBytes)
        var low = start
        while low < limit, text[low] == 0x20 { low += 1 }
        var end = low
        while end < limit, text[end] >= 0x20 || text[end] == 0x09 { end += 1 }
        if end == limit, grows(text, limit) { return wait(max(0, start - 1), &walk) }
        walk.at = start
        if end == low { return }
        if low - start <= Int(walk.zone.block) {
            if isFirst { return }
            walk.zone.block = -1
            return note(start, &walk)
        }
        let isCut = end == limit && limit < text.count
        if walk.zone.phase == .encoded {
            guard let close = encodedEnd(text, low), close == end else { return }
            return addEncoded(text, low, end, anchor: start, &walk)
        }
        walk.at = end
        note(end, &walk)
        if end - low <= Self.keptMax, ValueShape.isPlaceholder(text.extracting(low..<end)) { return }
        addPlain(text, low..<end, anchor: start, isCut: isCut)
        guard isCut, let last = findings.last else { return }
        walk.zone.quote = 0
        enterRest(last.end, &walk)
    }

    /// The rest of a value that is longer than a look.
    private func takeRest(_ text: Span<UInt8>, _ walk: inout ManifestWalk) {
        let start = walk.at
        var end = start
        let zone = walk.zone
        while end < text.count {
            let byte = text[end]
            if zone.after == .encoded, !EncodedValue.isStandard(byte), byte != 0x3D { break }
            if byte == 0x0A, view.slashes(at: end) <= max(Int(zone.slashes), lineSlashes) { break }
            if zone.quote != 0, byte == zone.quote, view.slashes(at: end) <= Int(zone.slashes) { break }
            end += 1
        }
        if end > start {
            var finding = Finding(start, end, kind: GrammarKind.secret.rawValue, rank: Finding.Rank.key)
            finding.form = .nothing
            finding.isCut = true
            finding.goesOn = end == text.count && !isFinal
            findings.append(finding)
        }
        walk.at = end
        guard end < text.count else { return }
        walk.zone.phase = walk.zone.after
        walk.zone.quote = 0
        note(end, &walk)
    }
}
