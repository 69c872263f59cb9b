import TestSupport

/// One input of a fuzz driver.
public struct FuzzInput {
    /// The bytes.
    public let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// A random number generator that an input always gets the same of.
    public var generator: SeededGenerator {
        SeededGenerator(seed: bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 })
    }

    /// The bytes cut at places that the input itself decides: what a state machine is fed to show that cuts do not matter.
    public func pieces(longest: Int = 16) -> [[UInt8]] {
        var generator = generator
        return generator.pieces(of: bytes, longest: longest)
    }

    /// Stops the program, for libFuzzer to keep the input, unless the condition holds.
    public static func require(_ condition: Bool, _ message: @autoclosure () -> String) {
        if !condition { fatalError(message()) }
    }
}
