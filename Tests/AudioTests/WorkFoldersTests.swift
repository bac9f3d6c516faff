import Foundation
import Support
import Testing

@testable import Audio

struct WorkFoldersTests {
    private func parent() throws -> URL {
        let parent = FileManager.default.temporaryDirectory.appending(path: "zvonar-work-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
        return parent
    }

    private func names(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path)
    }

    @Test func `in a container every process had number 1, and what a killed one left decrypted stayed`() throws {
        let parent = try parent()
        let left = parent.appending(path: "\(getpid())-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: left, withIntermediateDirectories: true)
        try Data("voice".utf8).write(to: left.appending(path: "plain"))
        #expect(try WorkFolders(parent: parent).sweep() == 1)
        #expect(try names(parent) == [])
        #expect(try WorkFolders(parent: parent.appending(path: "none")).sweep() == 0)
    }

    @Test func `what somebody works on stays, and goes with the work`() async throws {
        let parent = try parent()
        try await WorkFolders(parent: parent).with { folder in
            try Data("voice".utf8).write(to: folder.appending(path: "plain"))
            #expect(try WorkFolders(parent: parent).sweep() == 0)
            #expect(FileManager.default.fileExists(atPath: folder.appending(path: "plain").path))
        }
        #expect(try names(parent) == [])
    }

    @Test func `a folder belongs to a process for as long as it lives, whatever its number`() throws {
        let parent = try parent()
        let folder = parent.appending(path: "work-of-another")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let (input, output) = (Pipe(), Pipe())
        let other = Process()
        other.executableURL = URL(filePath: "/usr/bin/flock")
        // Holds the lock until its input ends.
        other.arguments = [folder.appending(path: ".lock").path, "sh", "-c", "echo held; exec cat"]
        (other.standardInput, other.standardOutput) = (input, output)
        try other.run()
        #expect(output.fileHandleForReading.availableData == Data("held\n".utf8))
        #expect(try WorkFolders(parent: parent).sweep() == 0)
        try input.fileHandleForWriting.close()
        other.waitUntilExit()
        #expect(try WorkFolders(parent: parent).sweep() == 1)
        #expect(try names(parent) == [])
    }

    @Test func `one who works and many who sweep never take a folder from each other`() async throws {
        let parent = try parent()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for number in 0..<100 {
                        try await WorkFolders(parent: parent).with { folder in
                            try Data("\(number)".utf8).write(to: folder.appending(path: "plain"))
                            await Task.yield()
                            #expect(try Data(contentsOf: folder.appending(path: "plain")) == Data("\(number)".utf8))
                        }
                    }
                    return 0
                }
            }
            for _ in 0..<2 {
                group.addTask {
                    var swept = 0
                    for _ in 0..<200 {
                        swept += try WorkFolders(parent: parent).sweep()
                        await Task.yield()
                    }
                    return swept
                }
            }
            for try await _ in group {}
        }
        #expect(try names(parent) == [])
    }

    @Test func `what is sealed on its way to a bucket lies in a work folder, where a sweep finds it`() async throws {
        let shelf = try Shelf(.bucket)
        let folder = shelf.sounds.folder.appending(path: "sealing")
        let place = BucketPlace(bucket: try #require(shelf.bucket), folders: WorkFolders(parent: folder))
        try await place.withTemporaryFile(for: "7/00/x.original") { file in
            #expect(file.deletingLastPathComponent().deletingLastPathComponent().path == folder.path)
            let inside = try names(folder)
            #expect(inside.count == 1)
        }
        #expect(try names(folder) == [])
    }
}
