import Core

/// Names whose values stand in answers to commands, behind calls, in rows and in blocks.
extension WindowScan {
    /// `password    x` on a line of its own, as `vault kv get` shows a secret.
    func row(_ text: Span<UInt8>, _ place: Int, _ site: KeySite) -> Separator? {
        guard site.before == 0x0A || site.lead == 0x0A, site.quote < 0, !site.isFlag, site.blanks > 0 else { return nil }
        return site.blanks > 1 || text[place - 1] == 0x09 ? .cell : nil
    }

    /// `Variable.get('password') = x`.
    func assigned(_ text: Span<UInt8>, _ place: inout Int, _ limit: Int) -> Separator? {
        let at = skipBlanks(text, place + 1, limit)
        guard byte(text, at, limit) == 0x3D, byte(text, at + 1, limit) != 0x3D else { return nil }
        place = at + (byte(text, at + 1, limit) == 0x3E ? 2 : 1)
        return .assignment
    }

    /// `airflow variables get db_password` and `airflow config get-value core fernet_key` are answered on the next line.
    func skipAnswer(_ text: Span<UInt8>, _ place: inout Int, _ limit: Int, _ site: KeySite) -> Bool {
        guard site.quote < 0, site.before == 0x20 else { return false }
        var at = site.low - 1
        if !ends(text, at, "variables get") {
            while at > 0, site.low - at < 48, KeyNames.isPart(text[at - 1]) { at -= 1 }
            guard at > 0, text[at - 1] == 0x20, ends(text, at - 1, "config get-value") else { return false }
        }
        at = place
        if byte(text, at, limit) == 0x0D { at += 1 }
        guard byte(text, at, limit) == 0x0A else { return false }
        place = at + 1
        return true
    }

    func ends(_ text: Span<UInt8>, _ place: Int, _ literal: StaticString) -> Bool {
        let start = place - literal.utf8CodeUnitCount
        return start >= 0 && ASCII.equals(text.extracting(start..<place), literal)
    }

    /// `variable "db_password" { default = x }` of Terraform.
    func skipDefault(_ text: Span<UInt8>, _ place: inout Int, _ limit: Int) -> Bool {
        let word: StaticString = "default"
        var at = place + 1
        var length = 0
        while at - place < 240 {
            let next = byte(text, at, limit)
            guard next >= 0, next != 0x7D, next != 0x7B else { return false }
            length = next == Int(word.utf8Start[length]) ? length + 1 : next == 0x64 ? 1 : 0
            at += 1
            guard length == word.utf8CodeUnitCount else { continue }
            at = skipBlanks(text, at, limit)
            guard byte(text, at, limit) == 0x3D else { return false }
            place = at + 1
            return true
        }
        return false
    }
}
