/// How the lines of a text begin: what they stand in, and what a log writes before each of them.
struct LineHead: Equatable {
    /// The quote that the text of the line stands in, 0 for none, and the backslashes it is written with.
    var quote: UInt8 = 0
    var slashes: UInt8 = 0
    /// What a log writes before the text, told by its marks and by where words and blanks stand; 0 for nothing. Times, levels, threads and
    /// numbers may be others in the next line.
    var shape: UInt32 = 0
}
