import Core

/// The values of Secrets in manifests of Kubernetes: YAML and JSON as files and `kubectl` have them, objects of the Python client, one line
/// an event as logs have them.
///
/// `kubectl get` writes `data` before `kind`. Where the kind stands within a look, it decides; where it does not, what is base64 counts.
extension WindowScan {
    private static let nameMax = 253

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
        let open = manifests.open
        var walk = ManifestWalk(zone: open, since: region - open.age)
        walk.at = open.isOpen ? max(0, region - min(open.age, Limits.redactionAnchorBytes)) : text.count
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
            } else if byte == 0x0A || byte == walk.zone.line.quote {
                takeLineBreak(text, &walk)
            } else {
                if byte == 0x7D, walk.zone.isBraced, !isOutside(text, walk.at, walk.zone) { enter(.secret, walk.at + 1, &walk) }
                walk.at += 1
            }
            walk.seen = max(walk.seen, walk.at)
        }
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

    func note(_ place: Int, _ walk: inout ManifestWalk) {
        walk.since = place
        manifests.note(walk.zone, at: place)
    }

    func enter(_ phase: ManifestZone.Phase, _ place: Int, _ walk: inout ManifestWalk) {
        walk.zone = ManifestZone(phase: phase)
        note(place, &walk)
    }

    func wait(_ place: Int, _ walk: inout ManifestWalk) {
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
    struct Member {
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
        let place = line(text, member)
        if next > 0x0D, next != 0x7B, next != 0x22, next != 0x27 {
            // Fields behind a name without a value.
            let far = min(text.count, member.colon + Limits.redactionLookBytes)
            let fields = at > member.colon + 1 ? fields(text, at: at, far, place?.line ?? LineHead()) : .none
            if fields == .open { return wait(member.low, &walk) }
            if fields == .none { return }
        }
        if phase == .encoded, walk.zone.phase == .object {
            switch kindAhead(text, member.colon) {
            case .none: return wait(member.low, &walk)
            case .closed: return enter(.closed, member.colon + 1, &walk)
            default: break
            }
        }
        walk.zone = ManifestZone(phase: phase)
        walk.zone.isBraced = next == 0x7B
        if let place, next != 0x7B || !place.isBehindText {
            walk.zone.line = place.line
            walk.zone.indent = Int32(place.blanks)
        }
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
}
